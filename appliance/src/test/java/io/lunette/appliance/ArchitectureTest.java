/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.junit.jupiter.api.Test;

/** The layering of docs/ARCHITECTURE.md, held by the compiler's own output of all modules. */
@AnalyzeClasses(packages = "io.lunette", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule core_knows_nobody =
      noClasses()
          .that()
          .resideInAPackage("io.lunette.core..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.lunette.engine..",
              "io.lunette.blockio..",
              "io.lunette.iscsi..",
              "io.lunette.scsi..",
              "io.lunette.smis..",
              "io.lunette.appliance..",
              "io.netty..",
              "com.sun.jna..");

  @ArchTest
  static final ArchRule drivers_and_target_do_not_know_the_appliance =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.lunette.engine..", "io.lunette.iscsi..", "io.lunette.scsi..", "io.lunette.smis..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.lunette.appliance..");

  @ArchTest
  static final ArchRule smis_knows_core_alone =
      noClasses()
          .that()
          .resideInAPackage("io.lunette.smis..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.lunette.engine..",
              "io.lunette.blockio..",
              "io.lunette.iscsi..",
              "io.lunette.scsi..");

  @ArchTest
  static final ArchRule cim_knows_no_http =
      noClasses()
          .that()
          .resideInAPackage("io.lunette.smis.cim..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.vertx..", "io.lunette.core..", "io.lunette.smis.provider..");

  @ArchTest
  static final ArchRule scsi_does_not_know_iscsi =
      noClasses()
          .that()
          .resideInAPackage("io.lunette.scsi..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.lunette.iscsi..");

  @ArchTest
  static final ArchRule jna_stays_in_the_platform_and_the_bindings_of_libraries =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.lunette.platform..", "io.lunette.libiscsi..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.sun.jna..");

  @ArchTest
  static final ArchRule the_platform_is_called_by_blockio_and_libiscsi_alone =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.lunette.platform..", "io.lunette.blockio..", "io.lunette.libiscsi..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.lunette.platform..");

  @ArchTest
  static final ArchRule the_engine_has_no_cycles_between_packages =
      SlicesRuleDefinition.slices().matching("io.lunette.engine.(*)..").should().beFreeOfCycles();

  @Test
  void theRulesCanFail() {
    JavaClasses jnaUser = new ClassFileImporter().importClasses(JnaOutsideThePlatform.class);

    assertThat(
            jna_stays_in_the_platform_and_the_bindings_of_libraries
                .evaluate(jnaUser)
                .hasViolation())
        .isTrue();
  }

  /** What no class outside the platform may do. */
  static final class JnaOutsideThePlatform {

    int pointerSize() {
      return com.sun.jna.Native.POINTER_SIZE;
    }

    Object pointer() {
      return com.sun.jna.Pointer.NULL;
    }
  }
}
