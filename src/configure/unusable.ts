/**
 * The package cannot be configured like this. Nothing has been changed yet; the
 * message names the file and the fix
 */
export class Unusable extends Error {}
