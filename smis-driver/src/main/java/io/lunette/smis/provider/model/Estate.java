/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.model;

import io.lunette.core.mapping.ManualMapping;
import io.lunette.core.server.Server;
import io.lunette.core.server.ServerName;
import io.lunette.core.volume.LunMapping;
import io.lunette.core.volume.PoolSpace;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.smis.provider.JobBook;
import io.lunette.smis.provider.ProviderParts;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The appliance as one request sees it. What it asks of driver and catalog it asks once, whatever
 * the number of volumes; a change that the request makes itself shows only in another one. Used by
 * one thread at a time.
 */
public final class Estate {

  private final ProviderParts parts;
  private final Names names;
  private final Map<String, Object> known = new HashMap<>();

  public Estate(ProviderParts parts, Names names) {
    this.parts = parts;
    this.names = names;
  }

  /** The appliance as it is now. */
  public Estate again() {
    return new Estate(parts, names);
  }

  @SuppressWarnings("unchecked")
  private <T> T once(String what, Supplier<T> ask) {
    Object there = known.get(what);
    if (there == null) {
      there = ask.get();
      known.put(what, there);
    }
    return (T) there;
  }

  /** The name of the array, and of the system that everything belongs to. */
  public String systemName() {
    return parts.targetName();
  }

  /** What never changes while the provider runs. */
  public ProviderParts parts() {
    return parts;
  }

  /** All volumes, by name. */
  public List<VolumeInfo> volumes() {
    return once("volumes", () -> CimErrors.translating(() -> parts.driver().list()));
  }

  private Map<VolumeName, VolumeInfo> volumesByName() {
    return once(
        "volumes by name",
        () -> volumes().stream().collect(Collectors.toMap(VolumeInfo::name, Function.identity())));
  }

  /** One volume, without asking for the others. */
  public Optional<VolumeInfo> volume(VolumeName name) {
    if (known.containsKey("volumes")) {
      return Optional.ofNullable(volumesByName().get(name));
    }
    return once("volume " + name, () -> CimErrors.translating(() -> parts.driver().find(name)));
  }

  /** What clients call volumes. */
  public Map<VolumeName, Names.Name> labels() {
    return once("labels", () -> CimErrors.translating(names::labels));
  }

  /** What a client calls a volume: its own name unless it was given another. */
  public String label(VolumeInfo volume) {
    Names.Name label = labels().get(volume.name());
    return label != null && label.volume().equals(volume.uuid())
        ? label.text()
        : volume.name().value();
  }

  /** Which volume was copied from which. */
  public Map<VolumeName, Names.Copy> copies() {
    return once("copies", () -> CimErrors.translating(names::copies));
  }

  /** Space of the pool. */
  public PoolSpace space() {
    return once("space", () -> CimErrors.translating(() -> parts.driver().space()));
  }

  /** All servers, by name. */
  public List<Server> servers() {
    return once("servers", () -> CimErrors.translating(() -> parts.core().servers().list()));
  }

  /** The server of that name. */
  public Optional<Server> server(String name) {
    return servers().stream().filter(server -> server.name().value().equals(name)).findFirst();
  }

  /** What operators and clients mapped of our own volumes, by server and LUN. */
  public List<ManualMapping> manualMappings() {
    return once(
        "mappings",
        () -> {
          Set<VolumeName> ours =
              shown().stream().map(LunMapping::volume).collect(Collectors.toSet());
          return CimErrors.translating(() -> parts.core().mappings().list()).stream()
              .filter(mapping -> ours.contains(mapping.volume()))
              .toList();
        });
  }

  /** All that initiators see, what is allocated to servers included. */
  public List<LunMapping> shown() {
    return once("shown", () -> CimErrors.translating(() -> parts.masking().mappings()));
  }

  /** Which servers share a view. */
  public Map<ServerName, String> viewMembers() {
    return once("members", () -> CimErrors.translating(names::viewMembers));
  }

  /** The masking views. */
  public Views views() {
    return once("views", () -> Views.of(this));
  }

  /** Long operations, the oldest first. */
  public List<JobBook.Entry> jobs() {
    return once("jobs", () -> parts.jobs().list());
  }
}
