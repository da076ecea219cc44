/**
 * The types of routes that Tuyau generates in an application. `Form` and `Link` of
 * `@adonisjs/inertia` have none without them
 */
declare module '@tuyau/core/types' {
  export interface UserRegistry {
    home: { types: { params: {}; paramsTuple: [] } }
  }
  export type InferRoutes<Registry> = Registry
}
