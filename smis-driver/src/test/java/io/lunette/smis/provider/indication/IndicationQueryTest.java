/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.indication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.CimInstance;
import io.lunette.smis.cim.CimStatus;
import io.lunette.smis.cim.Schema;
import io.lunette.smis.provider.indication.LifecycleEvent.Kind;
import io.lunette.smis.provider.profile.Profiles;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The queries that filters of SMI-S are written in. */
class IndicationQueryTest {

  private static final Schema SCHEMA = Profiles.schema();

  private static CimInstance job(int state, long... status) {
    return new CimInstance("root/lunette", "LUNETTE_ConcreteJob")
        .set("InstanceID", "x")
        .set("JobState", state)
        .numbers("OperationalStatus", status);
  }

  private static boolean matches(String query, LifecycleEvent event) {
    return IndicationQuery.parse("DMTF:CQL", query).matches(SCHEMA, event);
  }

  private static final LifecycleEvent ENDED =
      new LifecycleEvent(Kind.MODIFICATION, job(7, 2, 17), Optional.of(job(4, 2)));

  @Test
  void selectsByTheClassOfTheIndicationAndOfTheSource() {
    assertThat(
            matches(
                "SELECT * FROM CIM_InstModification WHERE SourceInstance ISA CIM_ConcreteJob",
                ENDED))
        .isTrue();
    assertThat(matches("select * from cim_instindication where sourceinstance isa CIM_Job", ENDED))
        .isTrue();
    assertThat(
            matches(
                "SELECT * FROM CIM_InstCreation WHERE SourceInstance ISA CIM_ConcreteJob", ENDED))
        .isFalse();
    assertThat(
            matches(
                "SELECT * FROM CIM_InstModification WHERE SourceInstance ISA CIM_StorageVolume",
                ENDED))
        .isFalse();
  }

  @Test
  void comparesProperties() {
    String begin =
        "SELECT * FROM CIM_InstModification WHERE SourceInstance ISA CIM_ConcreteJob AND ";
    assertThat(
            matches(begin + "ANY SourceInstance.CIM_ConcreteJob::OperationalStatus[*] = 17", ENDED))
        .isTrue();
    assertThat(
            matches(begin + "ANY SourceInstance.CIM_ConcreteJob::OperationalStatus[*] = 6", ENDED))
        .isFalse();
    assertThat(matches(begin + "SourceInstance.JobState = 7", ENDED)).isTrue();
    assertThat(matches(begin + "SourceInstance.JobState <> 7", ENDED)).isFalse();
    assertThat(
            matches(
                begin
                    + "SourceInstance.CIM_ConcreteJob::JobState <> PreviousInstance.CIM_ConcreteJob::JobState",
                ENDED))
        .isTrue();
    assertThat(matches(begin + "SourceInstance.InstanceID <> PreviousInstance.InstanceID", ENDED))
        .isFalse();
  }

  @Test
  void whatIsNotUnderstoodIsRefusedWhenItIsSubscribed() {
    assertThat(refusal("DMTF:CQL", "DROP TABLE x")).isEqualTo(CimStatus.INVALID_QUERY);
    assertThat(refusal("DMTF:CQL", "SELECT * FROM CIM_InstCreation WHERE x LIKE 'y'"))
        .isEqualTo(CimStatus.INVALID_QUERY);
    assertThat(refusal("SQL", "SELECT * FROM CIM_InstCreation"))
        .isEqualTo(CimStatus.QUERY_LANGUAGE_NOT_SUPPORTED);
  }

  private static CimStatus refusal(String language, String query) {
    return catchThrowableOfType(CimException.class, () -> IndicationQuery.parse(language, query))
        .status();
  }
}
