package io.sommelier.house;

import java.util.Set;

/**
 * One bundle and what it may use beside the JDK. Immutable.
 *
 * @param name the directory, and the artifactId without {@code sommelier-}
 * @param rootPackage the package that holds all its classes; also its Bundle-SymbolicName
 * @param bundles the names of the bundles it may use
 * @param thirdParty packages of others it may use, each with all below it; a name ending in {@code !} stands for that
 *     package alone
 */
record Bundle(String name, String rootPackage, Set<String> bundles, Set<String> thirdParty) {
    Bundle {
        bundles = Set.copyOf(bundles);
        thirdParty = Set.copyOf(thirdParty);
    }

    boolean owns(String packageName) {
        return isOrIsBelow(packageName, rootPackage);
    }

    boolean mayUseThirdParty(String packageName) {
        return thirdParty.stream()
                .anyMatch(allowed -> allowed.endsWith("!")
                        ? packageName.concat("!").equals(allowed)
                        : isOrIsBelow(packageName, allowed));
    }

    static boolean isOrIsBelow(String packageName, String root) {
        return packageName.equals(root) || packageName.startsWith(root + ".");
    }
}
