/** Titles of tables of traces to which others lead. */
export const FAILED_BOOTS = 'Boots that failed';
export const SLOW_BOOTS = 'Boots over $longer';
export const SLOW_WAITS = 'Ports that nova waited for over $longer';
