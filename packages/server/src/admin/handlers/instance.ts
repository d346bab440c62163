import { readBranding } from '../../actions/branding.ts';
import { setUp } from '../../actions/setup.ts';
import type { Config } from '../../config.ts';
import { removeSetupToken } from '../../data-folder/setup-token-file.ts';
import * as rules from '../../domain/limits.ts';
import { signInProblemOf } from '../../http/session-cookie.ts';
import { version } from '../../version.ts';
import type { Handlers } from '../call.ts';
import type { ResponseOf } from '../contract/index.ts';
import type { instanceOperations } from '../contract/instance.ts';
import { asApiErrors, refuseOverPlainHttp } from './password.ts';
import { startedSession } from './session-answer.ts';
import { toPalette } from './wire.ts';

/** What anyone may know about the instance, and its first setup. */
export const instanceHandlers: Handlers<keyof typeof instanceOperations> = {
  async getInstance({ context }) {
    const { config } = context;
    const branding = await readBranding(context);
    return {
      productName: branding.productName,
      color: branding.color,
      palette: toPalette(branding.color),
      hasLogo: branding.logo !== null,
      contact: branding.contact,
      version,
      issuer: config.publicUrl,
      tokenUrl: config.publicUrl + config.tokenPaths[0],
      apiUrl: config.apiUrl,
      tenantHeader: config.tenantHeaders[0] ?? '',
      scope: config.scopes[0] ?? '',
      docsUrl: `${config.publicUrl}/docs`,
      passwordGrant: config.grantTypes.includes('password'),
      signInProblem: signInProblemOf(config),
      limits: limitsOf(config),
    };
  },

  async setUp(call) {
    refuseOverPlainHttp(call);
    const { sessionToken, user } = await asApiErrors(() =>
      setUp(call.context, call.actor, { ...call.body, hasher: call.deps.hasher }),
    );
    removeSetupToken(call.context.config.dataDir);
    return startedSession(call, user, sessionToken);
  },
};

/** The rules as the console reads them; durations in seconds. */
function limitsOf(config: Config): ResponseOf<'getInstance'>['limits'] {
  return {
    nameLengthMax: rules.nameLengthMax,
    descriptionLengthMax: rules.descriptionLengthMax,
    emailLengthMax: rules.emailLengthMax,
    emailPattern: rules.emailPattern.source,
    passwordCharactersMin: rules.passwordCharactersMin,
    passwordBytesMax: rules.passwordBytesMax,
    audienceLengthMax: rules.audienceLengthMax,
    audiencePattern: rules.audiencePattern.source,
    productNameLengthMax: rules.productNameLengthMax,
    brandColorPattern: rules.brandColorPattern.source,
    logoBytesMax: rules.logoBytesMax,
    searchLengthMax: rules.searchLengthMax,
    pageSizeMax: rules.pageSizeMax,
    liveSecretsMax: rules.liveSecretsMax,
    secretLifetimeDaysOffered: [...rules.secretLifetimeDaysOffered],
    secretOverlapSecondsDefault: rules.secretOverlapSecondsDefault,
    secretOverlapSecondsMax: rules.secretOverlapSecondsMax,
    expiringSoonDays: rules.expiringSoonDays,
    idleClientDays: rules.idleClientDays,
    overviewDays: rules.overviewDays,
    sessionIdleSeconds: rules.sessionIdleMilliseconds / 1000,
    sessionAbsoluteSeconds: rules.sessionAbsoluteMilliseconds / 1000,
    sessionRecentSeconds: rules.sessionRecentMilliseconds / 1000,
    setupLinkSeconds: rules.setupLinkMilliseconds / 1000,
    invitationSeconds: rules.invitationMilliseconds / 1000,
    accessTokenLifetimeSeconds: config.accessTokenLifetimeSeconds,
  };
}
