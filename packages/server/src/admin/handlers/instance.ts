import { readBranding } from '../../actions/branding.ts';
import { setUp } from '../../actions/setup.ts';
import { removeSetupToken } from '../../data-folder/setup-token-file.ts';
import { signInProblemOf } from '../../http/session-cookie.ts';
import { version } from '../../version.ts';
import type { Handlers } from '../call.ts';
import type { instanceOperations } from '../contract/instance.ts';
import { refuseOverPlainHttp, whenHasherIsFree } from './password.ts';
import { startedSession } from './session-answer.ts';

/** What anyone may know about the instance, and its first setup. */
export const instanceHandlers: Handlers<keyof typeof instanceOperations> = {
  async getInstance({ context }) {
    const { config } = context;
    const branding = await readBranding(context);
    return {
      productName: branding.productName,
      color: branding.color,
      hasLogo: branding.logo !== null,
      contact: branding.contact,
      version,
      issuer: config.publicUrl,
      tokenUrl: config.publicUrl + config.tokenPaths[0],
      apiUrl: config.apiUrl,
      tenantHeader: config.tenantHeaders[0] ?? '',
      scope: config.scopes[0] ?? '',
      docsUrl: `${config.publicUrl}/docs`,
      signInProblem: signInProblemOf(config),
    };
  },

  async setUp(call) {
    refuseOverPlainHttp(call);
    const { sessionToken, user } = await whenHasherIsFree(() =>
      setUp(call.context, call.actor, { ...call.body, hasher: call.deps.hasher }),
    );
    removeSetupToken(call.context.config.dataDir);
    return startedSession(call, user, sessionToken);
  },
};
