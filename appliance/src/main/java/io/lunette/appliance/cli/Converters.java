/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import io.lunette.appliance.ImageFormat;
import io.lunette.appliance.config.ByteSize;
import io.lunette.appliance.config.HostPort;
import io.lunette.appliance.config.PhysicalBlock;
import io.lunette.appliance.config.PortalOption;
import io.lunette.appliance.config.RedirectOption;
import io.lunette.appliance.config.TimeSpan;
import io.lunette.core.allocation.RequestKey;
import io.lunette.core.array.ArrayName;
import io.lunette.core.image.ImageLabels;
import io.lunette.core.image.ImageName;
import io.lunette.core.image.ImageRef;
import io.lunette.core.node.NodeName;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.server.BootPolicy;
import io.lunette.core.server.ServerName;
import io.lunette.core.space.SpaceThresholds;
import io.lunette.core.tenant.TenantName;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.VolumeName;
import io.lunette.smis.provider.account.AccountName;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Function;
import picocli.CommandLine;

/** Reads option values as the domain's own types, so that a wrong one is wrong usage. */
final class Converters {

  private Converters() {}

  static void register(CommandLine line) {
    add(line, ByteSize.class, ByteSize::parse);
    add(line, HostPort.class, HostPort::parse);
    add(line, PhysicalBlock.class, PhysicalBlock::parse);
    add(line, PortalOption.class, PortalOption::parse);
    add(line, RedirectOption.class, RedirectOption::parse);
    add(line, SpaceThresholds.class, SpaceThresholds::parse);
    add(line, Duration.class, TimeSpan::parse);
    add(line, EraseMethod.class, EraseMethod::parse);
    add(line, BootPolicy.class, BootPolicy::parse);
    add(line, ImageFormat.class, ImageFormat::parse);
    add(line, ImageLabels.class, ImageLabels::parse);
    add(line, ImageName.class, ImageName::new);
    add(line, ImageRef.class, ImageRef::parse);
    add(line, KeyValue.class, KeyValue::parse);
    add(line, ArrayName.class, ArrayName::new);
    add(line, NodeName.class, NodeName::new);
    add(line, ReplicaName.class, ReplicaName::new);
    add(line, RequestKey.class, RequestKey::new);
    add(line, ServerName.class, ServerName::new);
    add(line, TenantName.class, TenantName::new);
    add(line, AuditTime.class, AuditTime::parse);
    add(line, VolumeName.class, VolumeName::new);
    add(line, AccountName.class, AccountName::new);
    add(line, InitiatorName.class, InitiatorName::new);
    add(line, UUID.class, Converters::id);
    add(line, OutputFormat.class, OutputFormat::parse);
    add(line, int.class, Converters::wholeNumber);
    add(line, Integer.class, Converters::wholeNumber);
  }

  private static Integer wholeNumber(String text) {
    try {
      return Integer.valueOf(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is not a whole number of that size", e);
    }
  }

  private static UUID id(String text) {
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("'" + text + "' is no id; 'lunette job list' has them", e);
    }
  }

  private static <T> void add(CommandLine line, Class<T> type, Function<String, T> parse) {
    line.registerConverter(
        type,
        text -> {
          try {
            return parse.apply(text);
          } catch (IllegalArgumentException e) {
            throw new CommandLine.TypeConversionException(e.getMessage());
          }
        });
  }
}
