package io.sommelier.house;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The source tree this test runs in: where the modules and their built classes are. */
final class Tree {
    private static final Path ROOT = Path.of(System.getProperty("basedir", ""))
            .toAbsolutePath()
            .getParent()
            .getParent();

    private Tree() {}

    static JavaClasses classesOf(Bundle bundle) {
        return importer().importPath(built("bundles", bundle));
    }

    private static ClassFileImporter importer() {
        return new ClassFileImporter()
                .withImportOption(location -> House.EMBEDDED.stream()
                        .noneMatch(name -> location.contains("/" + name.replace('.', '/') + "/")));
    }

    static JavaClasses classesOfPlain() {
        return importer().importPath(built("itests", House.plain()));
    }

    static JavaClasses classesOfAll(House house) {
        Stream<Path> bundles = house.bundles().stream().map(bundle -> built("bundles", bundle));
        return importer()
                .importPaths(Stream.concat(bundles, Stream.of(built("itests", House.plain())))
                        .toList());
    }

    static Manifest manifestOf(Bundle bundle) throws IOException {
        try (InputStream in = Files.newInputStream(built("bundles", bundle).resolve("META-INF/MANIFEST.MF"))) {
            return new Manifest(in);
        }
    }

    /** The metatypes in the jar of a bundle. */
    static List<Metatype> metatypesOf(Bundle bundle) throws IOException {
        List<Metatype> metatypes = new ArrayList<>();
        try (JarFile jar = new JarFile(jarOf(bundle).toFile())) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                if (entry.getName().matches("OSGI-INF/metatype/.*\\.xml")) {
                    try (InputStream in = jar.getInputStream(entry)) {
                        metatypes.add(Metatype.read(in));
                    }
                }
            }
        }
        return metatypes;
    }

    private static Path jarOf(Bundle bundle) throws IOException {
        Path target = ROOT.resolve("bundles").resolve(bundle.name()).resolve("target");
        String name = "sommelier-" + Path.of(bundle.name()).getFileName() + "-";
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(file -> file.getFileName().toString().matches(Pattern.quote(name) + "[0-9.]+\\.jar"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(bundle.name() + " has no jar in " + target));
        }
    }

    /** The classes of all bundles, above those of this test. */
    static ClassLoader classLoader() {
        List<URL> jars = new ArrayList<>();
        try {
            for (Bundle bundle : House.sommelier().bundles()) {
                jars.add(jarOf(bundle).toUri().toURL());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new URLClassLoader(jars.toArray(URL[]::new), Tree.class.getClassLoader());
    }

    /** The PIDs of all shipped configuration files. */
    static Set<String> settingsFiles() throws IOException {
        try (Stream<Path> files = Files.list(ROOT.resolve("config"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".cfg"))
                    .map(name -> name.substring(0, name.length() - ".cfg".length()))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    static SettingsFile settingsFile(String pid) throws IOException {
        return SettingsFile.read(ROOT.resolve("config").resolve(pid + ".cfg"));
    }

    static String readmeOf(Bundle bundle) throws IOException {
        return Files.readString(ROOT.resolve("bundles").resolve(bundle.name()).resolve("README.md"));
    }

    /** The names of all modules below {@code bundles} that build a jar. */
    static List<String> moduleNames() throws IOException {
        Path bundles = ROOT.resolve("bundles");
        try (Stream<Path> files = Files.find(bundles, 3, (path, attributes) -> path.endsWith("pom.xml"))) {
            return files.filter(Tree::buildsJar)
                    .map(pom -> bundles.relativize(pom.getParent()).toString().replace('\\', '/'))
                    .sorted()
                    .toList();
        }
    }

    private static boolean buildsJar(Path pom) {
        try {
            return !Files.readString(pom).contains("<packaging>pom</packaging>");
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + pom, e);
        }
    }

    private static Path built(String parent, Bundle bundle) {
        Path module = ROOT.resolve(parent).resolve(bundle.name());
        Path classes = module.resolve("target/classes");
        if (!Files.isDirectory(classes) && Files.isDirectory(module.resolve("src/main/java"))) {
            throw new IllegalStateException(bundle.name() + " is not built: there is no " + classes);
        }
        return classes;
    }
}
