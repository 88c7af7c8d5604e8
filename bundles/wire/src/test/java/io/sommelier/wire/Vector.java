package io.sommelier.wire;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A file in {@code vectors}: a title, the state of the link that reads it, bytes in hex, and what they mean.
 *
 * @param name the name of the file
 * @param state to which link it comes
 * @param bytes one or more frames
 * @param gives what the link makes of them
 */
record Vector(String name, String state, byte[] bytes, List<String> gives) {

    static Stream<Vector> all() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("vectors"))) {
            return files.sorted().map(Vector::read).toList().stream();
        }
    }

    static Vector named(String name) {
        return read(Path.of("vectors", name + ".txt"));
    }

    private static Vector read(Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        int gives = lines.indexOf("gives");
        return new Vector(
                file.getFileName().toString().replace(".txt", ""),
                lines.get(1).substring("to ".length()),
                Hex.bytes(String.join("\n", lines.subList(2, gives))),
                lines.subList(gives + 1, lines.size()));
    }

    @Override
    public String toString() {
        return name;
    }
}
