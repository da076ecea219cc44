import { debuglog } from 'node:util'

/**
 * Prints with NODE_DEBUG=guest_user
 */
export default debuglog('guest_user')
