package io.sommelier.processes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A directory and ports for the instances of one test class, so that they meet no other controller of this machine. What
 * the README shows is pasted with these in the place of those of everybody. Immutable.
 */
final class Elsewhere {
    private static final int[] PORTS = {8080, 7007, 7008, 8101, 1099, 44444, 61616, 5672, 61613, 1883};
    /** What the README adds for a second instance. */
    private static final int SECOND = 100;

    private static final int MOST_OFFSET = 3900 - SECOND;
    private static final Pattern PORT = Pattern.compile("(?<![0-9.])[0-9]{4,5}(?![0-9])");

    private final int offset;
    private final String directory;

    /** With the name that the directory of its instances gets. */
    Elsewhere(String name) {
        directory = "itests/processes/target/" + name;
        delete(Program.file(directory));
        // Different processes begin to look at different places.
        int begin = 1 + (int) (ProcessHandle.current().pid() % 30) * 110;
        offset = IntStream.iterate(begin, tried -> tried + 7)
                .takeWhile(tried -> tried <= MOST_OFFSET)
                .filter(Elsewhere::isFree)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no ports are free from an offset of " + begin + " on"));
    }

    Map<String, String> environment() {
        return Map.of("SOMMELIER_INSTANCES", directory(), "SOMMELIER_PORT_OFFSET", Integer.toString(offset));
    }

    String directory() {
        return Program.file(directory).toString();
    }

    Path file(String relative) {
        return Program.file(directory).resolve(relative);
    }

    /** The port of the first instance that has this number elsewhere. */
    int port(int usual) {
        return usual + offset;
    }

    /** A line of the README with the ports and the directory of these instances. */
    String here(String line) {
        return PORT.matcher(line.replace(".sommelier/", directory + "/"))
                .replaceAll(found -> Integer.toString(moved(Integer.parseInt(found.group()))));
    }

    private int moved(int number) {
        boolean isPort = IntStream.of(PORTS).anyMatch(port -> port == number || port + SECOND == number);
        return isPort ? number + offset : number;
    }

    private static boolean isFree(int offset) {
        for (int port : PORTS) {
            if (isTaken(port + offset) || isTaken(port + SECOND + offset)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isTaken(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return !socket.isBound();
        } catch (IOException taken) {
            return true;
        }
    }

    private static void delete(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
