export const tableOf = (r) => JSON.stringify(r, null, 1);
export const pageOf = tableOf;
