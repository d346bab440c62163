/** How an operator calls the command line where this program is: installed as a package, or in a clone. */
export const commandName = import.meta.url.includes('/node_modules/')
  ? 'npx --no-install bindery'
  : 'npm run -s bindery --';
