import type { ActionContext } from '../actions/context.ts';
import { hasOperator } from '../actions/setup.ts';

/** Remembers that an instance was set up, since that never ends. */
export class SetupGate {
  readonly #context: ActionContext;
  #isSetUp = false;

  constructor(context: ActionContext) {
    this.#context = context;
  }

  async isSetUp(): Promise<boolean> {
    this.#isSetUp ||= await hasOperator(this.#context);
    return this.#isSetUp;
  }
}
