/** The form of host names, for messages and for the check of the configuration. */
export const HOST_FORM = 'the name of a host: letters, digits, dots, hyphens and underscores, 128 at most';

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9])?$/;

/**
 * Whether a host name can be part of a path. An unsuitable name is rejected and not changed, because traces show it.
 */
export const isHostName = (text: string): boolean => NAME.test(text);
