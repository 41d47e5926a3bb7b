export function writeModules(folder: string): Promise<void>;
