import { debuglog } from 'node:util'

/**
 * Enabled by NODE_DEBUG=guest_user
 */
export default debuglog('guest_user')
