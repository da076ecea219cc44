/**
 * Who makes visitors guests in this process, if anybody does
 */
export const contender = process.env.CONTENDER ?? 'package'

export const usesPackage = contender === 'package'
