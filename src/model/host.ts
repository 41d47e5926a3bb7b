/** For messages, and for the configuration's own check. */
export const HOST_FORM = 'the name of a host: letters, digits, dots, hyphens and underscores, 128 at most';

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9])?$/;

/** Whether a host name can be part of a path. It is never changed to fit, because traces show it. */
export const isHostName = (text: string): boolean => NAME.test(text);
