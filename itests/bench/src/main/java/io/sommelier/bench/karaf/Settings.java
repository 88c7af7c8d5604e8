package io.sommelier.bench.karaf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Edits configuration files as a person would. */
final class Settings {
    private Settings() {}

    /** Gives keys of a file other values; one that the file does not set is added. */
    static void edit(Path file, Map<String, String> changes) throws IOException {
        List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
        Stream<String> kept = lines.stream().filter(line -> !changes.containsKey(line.split("=", 2)[0].trim()));
        Stream<String> changed = changes.entrySet().stream().map(change -> change.getKey() + " = " + change.getValue());
        Files.write(file, Stream.concat(kept, changed).toList());
    }
}
