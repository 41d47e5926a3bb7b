export function moduleText(): Promise<string>;
