/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.power;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.core.DomainException;
import io.lunette.core.server.Server;
import io.lunette.core.server.ServerProfile;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * {@code ComputerSystem.Reset} of a Redfish service (DSP0266, DSP2046): the system is found from
 * the service root, the ResetType is one that the service says it allows, and where it answers 202
 * the task is followed to its end.
 */
final class RedfishReset implements PowerControl {

  private static final String ROOT = "/redfish/v1/";
  private static final int ACCEPTED = 202;
  private static final Duration POLL = Duration.ofSeconds(1);

  /** What ends all that runs, without asking it. */
  private static final List<String> WHILE_ON =
      List.of("ForceRestart", "PowerCycle", "FullPowerCycle");

  private static final List<String> WHILE_OFF = List.of("On", "ForceOn");

  /** States of a task that has ended (Task.TaskState). */
  private static final Set<String> ENDED = Set.of("Completed", "Exception", "Killed", "Cancelled");

  @Override
  public void check(String rest) {
    RedfishAddress.parse(rest);
  }

  @Override
  public void restart(String rest, Server server, ServerProfile profile, Deadline deadline)
      throws DomainException {
    RedfishAddress address = RedfishAddress.parse(rest);
    try {
      RedfishClient service = new RedfishClient(address, deadline);
      JsonNode root = service.getOpenly(ROOT);
      service.logIn(root);
      try {
        reset(service, address, root, deadline);
      } finally {
        service.logOut();
      }
    } catch (IOException e) {
      throw new DomainException(
          DomainException.Kind.IO, address.origin().getAuthority() + ": " + reason(e), e);
    }
  }

  /** Failures of TLS say little themselves, and much in what caused them. */
  private static String reason(IOException failure) {
    Throwable deepest = failure;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    String message = deepest.getMessage();
    return message == null ? deepest.getClass().getSimpleName() : message;
  }

  private static void reset(
      RedfishClient service, RedfishAddress address, JsonNode root, Deadline deadline)
      throws IOException, DomainException {
    String path = address.system().isPresent() ? address.system().get() : onlySystem(service, root);
    JsonNode system = service.get(path).body();
    JsonNode action = system.path("Actions").path("#ComputerSystem.Reset");
    String target = action.path("target").textValue();
    if (target == null) {
      throw new IOException(path + " cannot be reset: it has no action #ComputerSystem.Reset");
    }
    String type = resetType(address, system, allowed(service, action));
    RedfishClient.Answer answer = service.post(target, Map.of("ResetType", type));
    if (answer.status() == ACCEPTED) {
      follow(service, answer, deadline);
    }
  }

  private static String onlySystem(RedfishClient service, JsonNode root)
      throws IOException, DomainException {
    String systems =
        RedfishClient.link(root.path("Systems"))
            .orElseThrow(() -> new IOException("the service has no systems"));
    List<String> members = new ArrayList<>();
    service
        .get(systems)
        .body()
        .path("Members")
        .forEach(member -> RedfishClient.link(member).ifPresent(members::add));
    if (members.size() != 1) {
      throw new IOException("name one of its systems: " + members);
    }
    return members.get(0);
  }

  /** The allowable values of ResetType; empty if the service says nothing of them. */
  private static List<String> allowed(RedfishClient service, JsonNode action)
      throws IOException, DomainException {
    JsonNode values = action.path("ResetType@Redfish.AllowableValues");
    Optional<String> info = Optional.ofNullable(action.path("@Redfish.ActionInfo").textValue());
    if (values.isMissingNode() && info.isPresent()) {
      for (JsonNode parameter : service.get(info.get()).body().path("Parameters")) {
        if (parameter.path("Name").asText().equals("ResetType")) {
          values = parameter.path("AllowableValues");
        }
      }
    }
    List<String> allowed = new ArrayList<>();
    values.forEach(value -> allowed.add(value.asText()));
    return allowed;
  }

  private static String resetType(RedfishAddress address, JsonNode system, List<String> allowed)
      throws IOException {
    boolean off = system.path("PowerState").asText().equals("Off");
    List<String> wanted = off ? WHILE_OFF : address.resetType().map(List::of).orElse(WHILE_ON);
    return wanted.stream()
        .filter(type -> allowed.isEmpty() || allowed.contains(type))
        .findFirst()
        .orElseThrow(
            () ->
                new IOException(
                    "the service allows none of "
                        + wanted
                        + " while the power is "
                        + system.path("PowerState").asText("unknown")
                        + ", but "
                        + allowed));
  }

  /** Asks for the task, or its monitor, until it has ended (DSP0266 §13.5). */
  private static void follow(
      RedfishClient service, RedfishClient.Answer accepted, Deadline deadline)
      throws IOException, DomainException {
    String place =
        accepted
            .headers()
            .firstValue("Location")
            .or(() -> RedfishClient.link(accepted.body()))
            .orElseThrow(() -> new IOException("the service accepted a task and names none"));
    RedfishClient.Answer now = accepted;
    while (isRunning(now)) {
      deadline.pause(pace(now));
      now = service.get(place);
    }
    String state = now.body().path("TaskState").asText("Completed");
    if (!state.equals("Completed") || now.body().path("TaskStatus").asText().equals("Critical")) {
      throw new IOException(
          "the task of the reset ended as "
              + state
              + ": "
              + now.body().at("/Messages/0/Message").asText("no reason given"));
    }
  }

  private static boolean isRunning(RedfishClient.Answer answer) {
    JsonNode state = answer.body().path("TaskState");
    return answer.status() == ACCEPTED || (state.isTextual() && !ENDED.contains(state.asText()));
  }

  private static Duration pace(RedfishClient.Answer answer) {
    return answer
        .headers()
        .firstValue("Retry-After")
        .filter(text -> text.matches("\\d{1,4}"))
        .map(text -> Duration.ofSeconds(Math.max(1, Long.parseLong(text))))
        .orElse(POLL);
  }
}
