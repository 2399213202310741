/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.appliance.smis.SmisView;
import io.lunette.core.DomainException;
import io.lunette.smis.provider.account.Account;
import io.lunette.smis.provider.account.AccountName;
import io.lunette.smis.provider.account.Accounts;
import io.lunette.smis.provider.account.Role;
import java.util.function.Supplier;

/** Who may use SMI-S, and where. */
final class SmisRoutes implements RouteSet {

  private final Accounts accounts;
  private final Supplier<SmisView> served;

  SmisRoutes(Accounts accounts, Supplier<SmisView> served) {
    this.accounts = accounts;
    this.served = served;
  }

  /** An account as callers see it. */
  record View(String name, String role, String created) {

    static View of(Account account) {
      return new View(account.name().value(), account.role().label(), account.created().toString());
    }
  }

  @Override
  public void addTo(Routes routes) {
    routes.get("/smis", call -> Reply.ok(served.get()));
    routes.get("/smis/users", call -> Reply.ok(accounts.list().stream().map(View::of).toList()));
    routes.post("/smis/users", this::set);
    routes.delete("/smis/users/:name", this::remove);
  }

  private Reply set(Call call) throws BadRequestException, DomainException {
    return Reply.created(
        View.of(
            accounts.set(
                call.actor(),
                new AccountName(call.text("name")),
                call.text("password"),
                call.optional("role", Role::parse).orElse(Role.OPERATE))));
  }

  private Reply remove(Call call) throws DomainException {
    accounts.remove(call.actor(), new AccountName(call.path("name")));
    return Reply.nothing();
  }
}
