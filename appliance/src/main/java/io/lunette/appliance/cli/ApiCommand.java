/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import java.util.concurrent.Callable;

/** A command that asks the running appliance. */
abstract class ApiCommand implements Callable<Integer> {

  private final Session session;

  ApiCommand(Session session) {
    this.session = session;
  }

  final Session session() {
    return session;
  }

  /** What it asks, and what it prints of the answer. */
  abstract void run(ApiClient api) throws ApiException, CommandFailure;

  @Override
  public final Integer call() throws ApiException, CommandFailure {
    try (ApiClient api = session.openApi()) {
      run(api);
    }
    return 0;
  }
}
