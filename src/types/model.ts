import type { Guest } from '../models/guest.ts'

/**
 * The `Guest` model, or one that extends it
 */
export type GuestModel = typeof Guest

/**
 * A module with a class as its default export, or the class itself
 */
export type LazyModel<Model> = () => Promise<{ default: Model } | Model>
