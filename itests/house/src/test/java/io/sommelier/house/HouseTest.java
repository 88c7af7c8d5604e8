package io.sommelier.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bundles of this project keep the rules of their house. {@link RulesTest} shows that the rules can fail. */
class HouseTest {
    private static final House HOUSE = House.sommelier();
    private static final List<Bundle> BUNDLES = HOUSE.bundles();

    private static final Set<String> BUNDLES_THAT_EXPORT_NOTHING =
            Set.of("controller", "pipeline", "http-engine", "gateway-http");

    @Test
    void everyModuleHasItsRowInTheHouse() throws IOException {
        List<String> names = BUNDLES.stream().map(Bundle::name).sorted().toList();

        assertThat(Tree.moduleNames()).isEqualTo(names);
    }

    @ParameterizedTest
    @FieldSource("BUNDLES")
    void usesOnlyWhatItsRowAllows(Bundle bundle) {
        Rules.direction(HOUSE, bundle).check(Tree.classesOf(bundle));
    }

    @ParameterizedTest
    @FieldSource("BUNDLES")
    void usesNoInternalPackageOfAnotherBundle(Bundle bundle) {
        Rules.internals(HOUSE, bundle).check(Tree.classesOf(bundle));
    }

    @ParameterizedTest
    @FieldSource("BUNDLES")
    void hasAllClassesBelowItsRootPackage(Bundle bundle) {
        Rules.home(bundle).check(Tree.classesOf(bundle));
    }

    @ParameterizedTest
    @FieldSource("BUNDLES")
    void hasAManifestThatKeepsTheRules(Bundle bundle) throws IOException {
        boolean isExporting = !BUNDLES_THAT_EXPORT_NOTHING.contains(bundle.name());

        assertThat(Manifests.faults(bundle, isExporting, Tree.manifestOf(bundle)))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"api", "spi"})
    void namesNoTypeOfAnotherLibrary(String name) {
        Rules.neutralTypes().check(Tree.classesOf(HOUSE.named(name)));
    }

    @Test
    void noPackageIsPartOfACycle() {
        Rules.noCycles("io.sommelier").check(Tree.classesOfAll(HOUSE));
    }

    @Test
    void thePlainControllerUsesControllerAndPipelineByTheirRootPackages() {
        Rules.direction(HOUSE, House.plain()).check(Tree.classesOfPlain());
        Rules.internals(HOUSE, House.plain()).check(Tree.classesOfPlain());
        Rules.home(House.plain()).check(Tree.classesOfPlain());
    }
}
