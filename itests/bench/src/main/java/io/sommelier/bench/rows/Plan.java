package io.sommelier.bench.rows;

import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * How a row is measured, and against which controller. Immutable.
 *
 * @param rounds how often each side is measured
 * @param windowMillis how long each time
 * @param warmUpMillis how long a warm-up may take
 * @param controller {@code HOST:PORT} of a controller that is running, or empty for one that the bench starts
 * @param controllerPid its process id, where it runs on this machine and is known
 * @param assembly the archive of the assembly, for the rows that need it
 */
public record Plan(
        int rounds,
        long windowMillis,
        long warmUpMillis,
        String controller,
        OptionalLong controllerPid,
        Path assembly) {
    /** In the current directory; the launcher names that of its tree. */
    private static final Path ASSEMBLY = Path.of("sommelier-karaf-assembly.tar.gz");

    /** Five rounds of three seconds, at most 20 s of warm-up, a controller of the bench's own. */
    public static Plan standard() {
        return new Plan(5, 3000, 20_000, "", OptionalLong.empty(), ASSEMBLY);
    }

    /** This plan with so many rounds. */
    public Plan withRounds(int count) {
        return new Plan(count, windowMillis, warmUpMillis, controller, controllerPid, assembly);
    }

    /** This plan with windows of that length. */
    public Plan withWindow(long millis) {
        return new Plan(rounds, millis, warmUpMillis, controller, controllerPid, assembly);
    }

    /** This plan with a warm-up of at most that length. */
    public Plan withWarmUp(long millis) {
        return new Plan(rounds, windowMillis, millis, controller, controllerPid, assembly);
    }

    /** This plan against a controller that is running. */
    public Plan against(String address, OptionalLong pid) {
        return new Plan(rounds, windowMillis, warmUpMillis, address, pid, assembly);
    }

    /** This plan with another assembly. */
    public Plan withAssembly(Path archive) {
        return new Plan(rounds, windowMillis, warmUpMillis, controller, controllerPid, archive);
    }
}
