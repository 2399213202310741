/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.array;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeName;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoutingVolumeDriverTest {

  /** It ends in the other {@code create}, whoever the driver is. */
  private static final List<Class<?>> CREATE_WITH_DEFAULTS = List.of(VolumeName.class, long.class);

  /** What it forgets would be refused by a default of the port, though the local driver can. */
  @Test
  void itHandsOnWhateverADriverCanBeAskedFor() {
    List<Method> forgotten =
        Arrays.stream(VolumeDriver.class.getMethods())
            .filter(method -> !List.of(method.getParameterTypes()).equals(CREATE_WITH_DEFAULTS))
            .filter(method -> !declares(method))
            .toList();

    assertThat(forgotten).isEmpty();
  }

  private static boolean declares(Method method) {
    return Arrays.stream(RoutingVolumeDriver.class.getDeclaredMethods())
        .anyMatch(
            own ->
                own.getName().equals(method.getName())
                    && Arrays.equals(own.getParameterTypes(), method.getParameterTypes()));
  }
}
