import { ExceptionHandler } from '@adonisjs/core/http'

/**
 * Responds with the message of the error, so that tests can read it
 */
export default class TestExceptionHandler extends ExceptionHandler {
  protected debug = false
}
