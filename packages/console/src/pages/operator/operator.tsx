import { useTranslation } from 'react-i18next';
import { Route, Switch } from 'wouter';
import { useSession } from '../../session/session.tsx';
import { NotFound } from '../not-found.tsx';
import { BrandingPage } from './branding.tsx';
import { Credentials } from './credentials.tsx';
import { Keys } from './keys.tsx';
import { Operators } from './operators.tsx';
import { Organizations } from './organizations.tsx';
import { Users } from './users.tsx';

/** The screens for operators. */
export function Operator() {
  const { t } = useTranslation();
  const { user } = useSession();
  if (!user.isOperator) return <NotFound text={t('operator.only')} />;
  return (
    <Switch>
      <Route path="/console/operator/organizations">
        <Organizations />
      </Route>
      <Route path="/console/operator/keys">
        <Keys />
      </Route>
      <Route path="/console/operator/credentials">
        <Credentials />
      </Route>
      <Route path="/console/operator/operators">
        <Operators />
      </Route>
      <Route path="/console/operator/users">
        <Users />
      </Route>
      <Route path="/console/operator/branding">
        <BrandingPage />
      </Route>
      <Route>
        <NotFound />
      </Route>
    </Switch>
  );
}
