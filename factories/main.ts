export { GuestFactory } from './guest_factory.ts'
