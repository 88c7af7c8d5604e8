package io.sommelier.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each rule finds a violation in the fixture made for it, and nothing beside it. */
class RulesTest {
    private static final String FIXTURE = "io.sommelier.house.fixture.";

    @Test
    void directionFindsAUseOfABundleThatIsNotInTheRow() {
        Bundle lower = bundle("direction.lower", Set.of(), Set.of());
        Bundle upper = bundle("direction.upper", Set.of("direction.lower"), Set.of());
        House house = new House(List.of(lower, upper));

        assertThat(violations(Rules.direction(house, upper), "direction.upper")).isEmpty();
        assertThat(violations(Rules.direction(house, lower), "direction.lower"))
                .singleElement()
                .asString()
                .contains("Climber.attic", "upper.Attic");
    }

    @Test
    void directionFindsAUseOfAThirdPartyPackageThatIsNotInTheRow() {
        Bundle bundle = bundle("thirdparty", Set.of(), Set.of("io.netty.util"));

        assertThat(violations(Rules.direction(new House(List.of(bundle)), bundle), "thirdparty"))
                .singleElement()
                .asString()
                .contains("Buffers.buffer", "io.netty.buffer.ByteBuf");
    }

    @Test
    void directionTakesAPackageWithAnExclamationMarkAlone() {
        Bundle bundle = bundle("thirdparty", Set.of(), Set.of("io.netty!", "io.netty.buffer!"));

        assertThat(violations(Rules.direction(new House(List.of(bundle)), bundle), "thirdparty"))
                .singleElement()
                .asString()
                .contains("Timers.timers", "io.netty.util.Timer");
    }

    @Test
    void directionAcceptsEverythingBelowAnAllowedPackage() {
        Bundle bundle = bundle("thirdparty", Set.of(), Set.of("io.netty"));

        assertThat(violations(Rules.direction(new House(List.of(bundle)), bundle), "thirdparty"))
                .isEmpty();
    }

    @Test
    void internalsFindsTheInternalPackageOfAnotherBundleEvenWhenTheBundleIsAllowed() {
        Bundle lower = bundle("internals.lower", Set.of(), Set.of());
        Bundle upper = bundle("internals.upper", Set.of("internals.lower"), Set.of());
        House house = new House(List.of(lower, upper));

        assertThat(violations(Rules.internals(house, lower), "internals.lower")).isEmpty();
        assertThat(violations(Rules.internals(house, upper), "internals.upper"))
                .singleElement()
                .asString()
                .contains("Peeper.value()", "internal.Secret");
    }

    @Test
    void neutralTypesFindsAForeignType() {
        assertThat(violations(Rules.neutralTypes(), "direction")).isEmpty();
        assertThat(violations(Rules.neutralTypes(), "thirdparty")).hasSize(2);
    }

    @Test
    void noCyclesFindsTwoPackagesThatUseEachOther() {
        assertThat(violations(Rules.noCycles(FIXTURE + "internals"), "internals"))
                .isEmpty();
        assertThat(violations(Rules.noCycles(FIXTURE + "cycle"), "cycle"))
                .singleElement()
                .asString()
                .contains("Hen.egg", "Egg.hen");
    }

    @Test
    void homeFindsAClassOutsideTheRootPackage() {
        Bundle inside = bundle("home.inside", Set.of(), Set.of());

        assertThat(violations(Rules.home(inside), "home"))
                .singleElement()
                .asString()
                .contains("outside.Stray");
    }

    private static Bundle bundle(String name, Set<String> bundles, Set<String> thirdParty) {
        return new Bundle(name, FIXTURE + name, bundles, thirdParty);
    }

    private static List<String> violations(ArchRule rule, String fixture) {
        JavaClasses classes = new ClassFileImporter().importPackages(FIXTURE + fixture);
        assertThat(classes).isNotEmpty();
        return rule.evaluate(classes).getFailureReport().getDetails();
    }
}
