package io.sommelier.house;

import static com.tngtech.archunit.lang.SimpleConditionEvent.violated;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The rules of a house. Each judges any classes against any house, so each can be shown to fail. */
final class Rules {
    private static final List<String> NOT_IN_API_OR_SPI = List.of(
            "com.fasterxml.jackson",
            "tools.jackson",
            "io.netty",
            "org.apache.camel",
            "javax.servlet",
            "jakarta.servlet");

    /** What the JDK's own modules export to everyone; jdk.unsupported is not a promise. */
    private static final Set<String> JDK_PACKAGES = ModuleFinder.ofSystem().findAll().stream()
            .map(ModuleReference::descriptor)
            .filter(module -> !module.name().equals("jdk.unsupported"))
            .flatMap(module -> module.exports().stream())
            .filter(exports -> !exports.isQualified())
            .map(Exports::source)
            .collect(Collectors.toUnmodifiableSet());

    private Rules() {}

    /** A bundle uses the JDK, itself, and what its row in the house names. */
    static ArchRule direction(House house, Bundle bundle) {
        return classes()
                .should(dependOnlyOn(
                        "only use what the bundle " + bundle.name() + " may use",
                        target -> bundle.owns(target)
                                || JDK_PACKAGES.contains(target)
                                || bundle.mayUseThirdParty(target)
                                || house.ownerOf(target)
                                        .filter(owner -> bundle.bundles().contains(owner.name()))
                                        .isPresent()))
                .allowEmptyShould(true);
    }

    /** A package with {@code internal} in its name is for its own bundle. */
    static ArchRule internals(House house, Bundle bundle) {
        return classes()
                .should(dependOnlyOn(
                        "use no internal package of another bundle",
                        target -> !isInternal(target)
                                || bundle.owns(target)
                                || house.ownerOf(target).isEmpty()))
                .allowEmptyShould(true);
    }

    /** Users of api and spi choose their own JSON, network and HTTP libraries. */
    static ArchRule neutralTypes() {
        return classes()
                .should(dependOnlyOn(
                        "use no Jackson, Netty, Camel or servlet type",
                        target -> NOT_IN_API_OR_SPI.stream().noneMatch(root -> Bundle.isOrIsBelow(target, root))))
                .allowEmptyShould(true);
    }

    /** All classes of a bundle are in its root package or below. */
    static ArchRule home(Bundle bundle) {
        return classes().should().resideInAPackage(bundle.rootPackage() + "..").allowEmptyShould(true);
    }

    /** No package uses itself by way of others, neither inside a bundle nor between bundles. */
    static ArchRule noCycles(String rootPackage) {
        return slices().matching(rootPackage + ".(**)")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true);
    }

    static boolean isInternal(String packageName) {
        return List.of(packageName.split("\\.")).contains("internal");
    }

    private static ArchCondition<JavaClass> dependOnlyOn(String description, Predicate<String> allowsPackage) {
        return new ArchCondition<>(description) {
            @Override
            public void check(JavaClass from, ConditionEvents events) {
                for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
                    JavaClass to = dependency.getTargetClass();
                    // For an array there is a second dependency, on its component type.
                    if (!to.isPrimitive() && !to.isArray() && !allowsPackage.test(to.getPackageName())) {
                        events.add(violated(dependency, dependency.getDescription()));
                    }
                }
            }
        };
    }
}
