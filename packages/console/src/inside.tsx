import { Suspense } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { Account, Operator, PickOrganization } from './inside-screens.ts';
import { OrganizationRoutes } from './organization-routes.tsx';
import { Home } from './pages/home.tsx';
import { NotFound } from './pages/not-found.tsx';
import { Shell } from './shell.tsx';
import { Loading } from './ui/loaded.tsx';

/** Every screen of a signed-in user. */
export function Inside() {
  return (
    <Shell>
      <Suspense fallback={<Loading />}>
        <Switch>
          <Route path="/console">
            <Home />
          </Route>
          <Route path="/console/o/:organization/*?">
            {({ organization }) => <OrganizationRoutes key={organization} id={organization} />}
          </Route>
          <Route path="/console/clients/new">
            <PickOrganization />
          </Route>
          <Route path="/console/operator">
            <Redirect to="/console/operator/organizations" replace />
          </Route>
          <Route path="/console/operator/*">
            <Operator />
          </Route>
          <Route path="/console/account">
            <Account />
          </Route>
          <Route>
            <NotFound />
          </Route>
        </Switch>
      </Suspense>
    </Shell>
  );
}
