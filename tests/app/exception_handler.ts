import { ExceptionHandler } from '@adonisjs/core/http'

/**
 * Answers with the message, so that tests can read it
 */
export default class TestExceptionHandler extends ExceptionHandler {
  protected debug = false
}
