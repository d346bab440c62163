import type { ActionContext } from '../actions/context.ts';
import { hasOperator } from '../actions/setup.ts';

/** Whether the instance was set up; remembered once it was, because it stays so. */
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
