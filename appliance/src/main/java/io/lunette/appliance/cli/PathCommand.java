/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A command that is one call of a path, and has no option: list all, show one, remove one. */
@Command
final class PathCommand extends ApiCommand {

  private interface Call {
    void run(Session session, ApiClient api, String path) throws ApiException, CommandFailure;
  }

  private final Call call;
  private final String path;
  private Object name;

  private PathCommand(Session session, String path, Call call) {
    super(session);
    this.path = path;
    this.call = call;
  }

  /** Lists all that is under a path. */
  static CommandLine list(Session session, String description, String path, Rendering rendering) {
    return described(
        new PathCommand(session, path, (to, api, at) -> to.print(api.list(at), rendering)),
        description);
  }

  /** Shows what is at a path. */
  static CommandLine show(Session session, String description, String path) {
    return described(show(session, path, new Details()), description);
  }

  /** Shows the one that is named. */
  static CommandLine show(Session session, String description, String path, Named named) {
    return show(session, description, path, named, new Details());
  }

  /** Shows the one that is named, so rendered. */
  static CommandLine show(
      Session session, String description, String path, Named named, Rendering rendering) {
    return of(show(session, path, rendering), description, named);
  }

  private static PathCommand show(Session session, String path, Rendering rendering) {
    return new PathCommand(session, path, (to, api, at) -> to.print(api.get(at), rendering));
  }

  /** Removes the one that is named; prints nothing. */
  static CommandLine remove(Session session, String description, String path, Named named) {
    PathCommand command = new PathCommand(session, path, (to, api, at) -> api.delete(at));
    return of(command, description, named);
  }

  /**
   * What a command names.
   *
   * @param type of the name, which is read by its converter
   * @param label in the usage
   * @param description in the usage
   */
  record Named(Class<?> type, String label, String description) {

    /** A {@code NAME}. */
    static Named name(Class<?> type, String description) {
      return new Named(type, "NAME", description);
    }
  }

  private static CommandLine described(PathCommand command, String description) {
    CommandLine line = new CommandLine(command);
    line.getCommandSpec().usageMessage().description(description);
    return line;
  }

  private static CommandLine of(PathCommand command, String description, Named named) {
    CommandSpec spec = CommandSpec.forAnnotatedObject(command);
    spec.usageMessage().description(description);
    spec.addPositional(
        PositionalParamSpec.builder()
            .index("0")
            .arity("1")
            .type(named.type())
            .paramLabel(named.label())
            .description(named.description())
            .setter(command::name)
            .build());
    return new CommandLine(spec);
  }

  /** The parser says that there is none before it says which. */
  private <T> T name(T given) {
    name = given;
    return given;
  }

  @Override
  void run(ApiClient api) throws ApiException, CommandFailure {
    call.run(session(), api, name == null ? path : path + "/" + name);
  }
}
