/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.balance;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import java.util.List;
import java.util.function.UnaryOperator;

/** Groups of servers and the balancer that keeps to their policies. */
public interface Balancer {

  /**
   * Makes a group or changes its policy.
   *
   * @throws DomainException NOT_FOUND: no such image; CONFLICT if the image belongs to another
   *     tenant, or another group has the same tenant and image
   */
  void setGroup(Actor actor, ServerGroup group) throws DomainException;

  /**
   * Forgets a group; its servers keep what they hold.
   *
   * @throws DomainException NOT_FOUND
   */
  void removeGroup(Actor actor, GroupName name) throws DomainException;

  /** All groups, by name. */
  List<ServerGroup> groups() throws DomainException;

  /** What a decision would now be made of. */
  BalanceState state() throws DomainException;

  /** What it would do now; does nothing. */
  BalancePlan plan() throws DomainException;

  /** Does that: the moves are begun, and end in the background. */
  BalancePlan run(Actor actor) throws DomainException;

  /** How it works. */
  BalancerSettings settings() throws DomainException;

  /** Changes how it works. */
  BalancerSettings configure(Actor actor, UnaryOperator<BalancerSettings> change)
      throws DomainException;
}
