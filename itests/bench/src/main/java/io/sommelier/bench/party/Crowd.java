package io.sommelier.bench.party;

import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Many connections of one process, opened a few at a time so that no listener's backlog overflows. Confined to one
 * thread.
 *
 * @param <C> a connection
 */
public final class Crowd<C> {
    private static final int CONNECTING_AT_ONCE = 100;
    private static final int OPENING_LIMIT_SECONDS = 80;
    private static final int DESCRIPTORS_TO_SPARE = 200;

    private List<CompletableFuture<C>> members = List.of();
    private int rounds;

    /**
     * Makes one connection.
     *
     * @param <C> a connection
     */
    @FunctionalInterface
    public interface Opener<C> {
        /** Connects the member of that index, from 0; completes when it has its place. */
        CompletableFuture<C> open(int index, Local local);
    }

    /**
     * Where the members of one round connect from: over the loopback interface each process and round has an address of
     * its own, so that the ports of others, and those that wait after a close, are no hindrance.
     */
    public static final class Local {
        private final int round;

        Local(int round) {
            this.round = round;
        }

        /** The address to bind to before connecting, or {@code null} for any. */
        public SocketAddress towards(InetSocketAddress peer) {
            if (!peer.getAddress().isLoopbackAddress()) {
                return null;
            }
            int process = (int) ProcessHandle.current().pid();
            return new InetSocketAddress(
                    "127." + (64 + (process >> 8 & 63)) + "." + (process & 255) + "." + (1 + round % 250), 0);
        }
    }

    /**
     * Opens so many, and returns when all have their place.
     *
     * @throws IllegalStateException when they are not there within 80 s, one cannot connect, or the process may not
     * have so many
     */
    public void open(int count, Opener<C> opener) throws InterruptedException {
        if (!members.isEmpty()) {
            throw new IllegalStateException("the crowd is there already");
        }
        checkDescriptors(count);
        Local local = new Local(rounds++);
        Semaphore connecting = new Semaphore(CONNECTING_AT_ONCE);
        List<CompletableFuture<C>> opened = new ArrayList<>(count);
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(OPENING_LIMIT_SECONDS);
        for (int i = 0; i < count; i++) {
            if (!connecting.tryAcquire(limit - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw new IllegalStateException(i + " of " + count + " connected in time");
            }
            CompletableFuture<C> member = opener.open(i, local);
            member.whenComplete((connection, failure) -> connecting.release());
            opened.add(member);
        }
        try {
            CompletableFuture.allOf(opened.toArray(CompletableFuture[]::new))
                    .get(limit - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new IllegalStateException("not all of " + count + " are connected", e);
        }
        members = opened;
    }

    private static void checkDescriptors(int count) {
        if (ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.UnixOperatingSystemMXBean system) {
            long most = system.getMaxFileDescriptorCount();
            if (most < count + DESCRIPTORS_TO_SPARE) {
                throw new IllegalStateException(
                        count + " connections need more than the " + most + " open files allowed; see 'ulimit -n'");
            }
        }
    }

    /** The connections. */
    public List<C> members() {
        return members.stream().map(CompletableFuture::join).toList();
    }

    /** Closes all. */
    public void close(Consumer<C> closer) {
        members().forEach(closer);
        members = List.of();
    }
}
