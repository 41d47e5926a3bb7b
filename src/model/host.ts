/** For messages, and for the configuration's own check. */
export const HOST_FORM = 'the name of a host: letters, digits, dots, hyphens and underscores, 128 at most';

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9])?$/;

/** Whether a host may be called so where its name becomes part of a path. None is changed to fit: it is who the traces say it was. */
export const isHostName = (text: string): boolean => NAME.test(text);
