/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.account;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Row;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;

/** The accounts in the catalog. Thread-safe; calls block, those with a password for some 100 ms. */
public final class Accounts {

  private static final int PASSWORD_MIN = 8;
  private static final int PASSWORD_MAX = 1024;

  private final Catalog catalog;
  private final CatalogAuditTrail audit;
  private final SecureRandom random = new SecureRandom();

  public Accounts(Catalog catalog) {
    this.catalog = catalog;
    this.audit = new CatalogAuditTrail(catalog);
  }

  /**
   * Makes an account, or gives one another password and role.
   *
   * @throws DomainException INVALID if the password is too short or too long
   */
  public Account set(Actor actor, AccountName name, String password, Role role)
      throws DomainException {
    if (password.length() < PASSWORD_MIN || password.length() > PASSWORD_MAX) {
      throw new DomainException(
          DomainException.Kind.INVALID,
          "a password has " + PASSWORD_MIN + " to " + PASSWORD_MAX + " characters");
    }
    String hash = PasswordHash.of(password, random).toString();
    return catalog.change(
        transaction -> {
          transaction.update("DELETE FROM smis_account WHERE name = ?", name.value());
          transaction.update(
              "INSERT INTO smis_account (name, role, hash, created) VALUES (?, ?, ?, ?)",
              name.value(),
              role,
              hash,
              transaction.now());
          audit.record(transaction, actor, "smis.user", name.value(), "role " + role.label());
          return new Account(name, role, transaction.now());
        });
  }

  /**
   * Takes an account away.
   *
   * @throws DomainException NOT_FOUND
   */
  public void remove(Actor actor, AccountName name) throws DomainException {
    catalog.change(
        transaction -> {
          if (transaction.update("DELETE FROM smis_account WHERE name = ?", name.value()) == 0) {
            throw new DomainException(
                DomainException.Kind.NOT_FOUND, "there is no account '" + name + "'");
          }
          audit.record(transaction, actor, "smis.remove", name.value(), "");
          return null;
        });
  }

  /** All accounts, by name. */
  public List<Account> list() throws DomainException {
    return catalog.read(
        transaction ->
            transaction.query("SELECT * FROM smis_account ORDER BY name", Accounts::account));
  }

  /** An account with what it is kept as. */
  record Kept(Account account, String hash) {}

  Optional<Kept> find(AccountName name) throws DomainException {
    return catalog.read(
        transaction ->
            transaction.first(
                "SELECT * FROM smis_account WHERE name = ?",
                row -> new Kept(account(row), row.text("hash")),
                name.value()));
  }

  /** Whether a password is that of an account; one that is not there takes as long. */
  boolean matches(Optional<Kept> kept, String password) {
    PasswordHash hash =
        kept.map(each -> PasswordHash.parse(each.hash())).orElse(PasswordHash.NOBODYS);
    return password.length() <= PASSWORD_MAX && hash.matches(password) && kept.isPresent();
  }

  private static Account account(Row row) throws DomainException {
    return new Account(
        new AccountName(row.text("name")),
        row.constant("role", Role.class),
        row.instant("created"));
  }
}
