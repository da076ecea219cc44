/**
 * Texts of the admin pages
 */
export const ADMIN_TEXTS = {
  'admin.title': 'Guests',
  'admin.skip': 'Skip to the content',
  'admin.error_prefix': 'Error',
  'admin.all': 'All',
  'admin.active': 'Active',
  'admin.expired': 'Expired',
  'admin.older': 'Older',
  'admin.filters': 'Which guests',
  'admin.older_than': 'Older than',
  'admin.age_hint': 'Such as 30 days or 12 hours',
  'admin.show': 'Show',
  'admin.search': 'Search',
  'admin.search_hint': 'The beginning of {columns}, or an id',
  'admin.search_hint_id': 'The id of a guest',
  'admin.search_clear': 'Clear the search',
  'admin.search_partial':
    'Too many users are near “{term}”. Only the guests among the first thousand are shown: type more to find the others.',
  'admin.guest': 'Guest',
  'admin.created': 'Created',
  'admin.last_seen': 'Last seen',
  'admin.expiry': 'Expires',
  'admin.select': 'Select {label}',
  'admin.select_page': 'Select all on this page',
  'admin.select_all': 'All guests that match, on every page',
  'admin.newest_first': 'newest first',
  'admin.oldest_first': 'oldest first',
  'admin.sort_by': 'Sort by “{column}”, {direction}',
  'admin.delete_older': 'Delete guests older than',
  'admin.delete_older_hint':
    'Only the selected guests who are older are deleted. You can check first.',
  'admin.continue': 'Continue …',
  'admin.empty': 'There are no guests yet.',
  'admin.empty_filter': 'No guest matches.',
  'admin.pages': 'Pages',
  'admin.previous': 'Previous',
  'admin.next': 'Next',
  'admin.first': 'First page',
  'admin.hidden_user': 'User {id}',
  'admin.time_zone': 'Times are in {zone}.',
  'admin.chart_title': 'New guests per day',
  'admin.chart_lede':
    'The last 30 days, by first visit. Guests who have registered or been deleted since then are not counted.',
  'admin.chart_counting': 'Still counting. Reload the page in a moment.',
  'admin.chart_text': '{total} in 30 days; the most on {day}: {most}.',
  'admin.chart_table': 'The numbers',
  'admin.day': 'Day',
  'admin.guests_column': 'Guests',
  'admin.expires_in': 'expires {time}',
  'admin.expired_ago': 'expired {time}',

  'admin.delete_title': 'Delete guests',
  'admin.delete_nobody': 'Nobody of your selection is deleted.',
  'admin.delete_older_note': 'Last seen before {time}.',
  'admin.delete_created_note': 'Created before {time}.',
  'admin.delete_forever': 'This cannot be undone.',
  'admin.left_title': 'Left out',
  'admin.dependents_title': 'What depends on them',
  'admin.dependents_none': 'No other table points at users.',
  'admin.dependents_partial': 'Counted for the first 10,000 guests of the selection.',
  'admin.table': 'Table',
  'admin.column': 'Column',
  'admin.rows': 'Rows',
  'admin.rows_hidden': 'Not visible',
  'admin.effect': 'What happens',
  'admin.effect_deleted': 'Deleted with them',
  'admin.effect_detached': 'Stay, without their user',
  'admin.effect_blocking': 'Forbid the delete',
  'admin.effect_blocking_none': 'Would forbid the delete',
  'admin.cancel': 'Cancel',

  'admin.progress_title': 'Deleting guests',
  'admin.progress_of': '{done} of {total}',
  'admin.progress_closing':
    'Nothing is left half done: each guest is either deleted with everything, or untouched. If you close this page, the other guests stay.',
  'admin.progress_go_on': 'Continue',
  'admin.progress_stop': 'Stop here',

  'admin.no_age': 'Fill in an age with its unit, such as 30 days. “{age}” is not an age.',
  'admin.wrong_filter_age': '“{age}” is no age. All guests are shown: try 30 days or 12 hours.',
  'admin.wrong_page': 'That page of the list cannot be found any more. This is the first one.',
  'admin.nobody_selected': 'Select at least one guest.',
  'admin.too_many_selected': 'Select at most 1,000 guests, or all that match.',
  'admin.unclear_list': 'It is not clear which guests you mean. Please choose again.',
  'admin.search_too_wide':
    'The search finds too many users to delete them at once. Type more of it.',
  'admin.stale_confirmation':
    'What you confirmed is too old, or not what was shown. Nothing was deleted: please choose again.',
  'admin.gone': 'This guest is not there any more: they registered, or were deleted.',
  'admin.stopped': 'Stopped.',
  'admin.nobody_deleted': 'Nobody was deleted.',
  'admin.in_use': 'They are in use right now. Try again in a moment.',
  'admin.kept': 'The configuration keeps guests who own what others use.',
  'admin.soft_deleted': 'The user model keeps their rows instead of deleting them.',

  'admin.back': 'All guests',
  'admin.details': 'Details',
  'admin.id': 'Id',
  'admin.delete_one': 'Delete this guest …',
  'admin.convert_title': 'Make a regular user',
  'admin.convert_lede':
    'They keep their id and everything they have, and are sent a mail to choose a password.',
  'admin.convert_email': 'Email address',
  'admin.email_taken': 'Another account has this address.',
  'admin.convert_submit': 'Convert and send the mail',
  'admin.converted': '{label} is a regular user now. The mail to {email} is on its way.',
  'admin.converted_without_mail':
    '{label} is a regular user now, but the mail to {email} could not be sent. See the log for the reason.',
}

/**
 * Texts that depend on a number
 */
export const ADMIN_COUNTS = {
  'admin.guests': { one: '{number} guest', other: '{number} guests' },
  'admin.delete_question': { one: 'Delete {number} guest?', other: 'Delete {number} guests?' },
  'admin.delete_submit': { one: 'Delete {number} guest', other: 'Delete {number} guests' },
  'admin.left_younger': {
    one: '{number} guest is younger than {age}.',
    other: '{number} guests are younger than {age}.',
  },
  'admin.left_gone': {
    one: '{number} selected user is not a guest, or not any more.',
    other: '{number} selected users are not guests, or not any more.',
  },
  'admin.left_kept': {
    one: '{number} guest owns what others use, and is kept.',
    other: '{number} guests own what others use, and are kept.',
  },
  'admin.left_held': {
    one: '{number} guest cannot be deleted: rows of other tables forbid it.',
    other: '{number} guests cannot be deleted: rows of other tables forbid it.',
  },
  'admin.deleted': { one: '{number} guest was deleted.', other: '{number} guests were deleted.' },
  'admin.was_blocked': {
    one: '{number} guest could not be deleted, because rows in {tables} point at them.',
    other: '{number} guests could not be deleted, because rows in {tables} point at them.',
  },
  'admin.was_left': {
    one: '{number} guest was left out.',
    other: '{number} guests were left out.',
  },
  'admin.was_gone': {
    one: '{number} guest was gone already, or came back.',
    other: '{number} guests were gone already, or came back.',
  },
  'admin.seconds_left': {
    one: 'about {number} second left',
    other: 'about {number} seconds left',
  },
}
