package io.sommelier.bench.waiting;

import io.sommelier.bench.party.TemporaryDirectory;
import io.sommelier.runtime.artemis.ArtemisRuntime;
import io.sommelier.runtime.artemis.ArtemisSettings;
import io.sommelier.runtime.artemis.ArtemisState;
import io.sommelier.runtime.artemis.CoreAccess;
import jakarta.jms.ConnectionFactory;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * An embedded broker, set as the product sets it, with its journal in a temporary directory that goes with it.
 * Thread-safe.
 */
public final class BrokerHome implements AutoCloseable {
    private static final int LIMIT_SECONDS = 60;

    private final Path directory;
    private final ArtemisRuntime runtime;

    private BrokerHome(Path directory, ArtemisSettings.Ports ports) throws InterruptedException {
        this.directory = directory;
        CountDownLatch up = new CountDownLatch(1);
        ArtemisSettings settings = ArtemisSettings.defaults(directory).withAddress("127.0.0.1", ports);
        runtime = new ArtemisRuntime(settings, state -> {
            if (state.isUp()) {
                up.countDown();
            }
        });
        runtime.start();
        if (!up.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            ArtemisState state = runtime.state();
            close();
            throw new IllegalStateException("the broker did not come up: " + state);
        }
    }

    /** A broker for this JVM alone; returns when it is up. */
    public static BrokerHome closed() throws InterruptedException {
        return new BrokerHome(TemporaryDirectory.create("broker"), ArtemisSettings.Ports.NONE);
    }

    /** A broker that also listens for the core protocol, at that port or, for 0, any free one; returns when it is up. */
    public static BrokerHome listening(int port) throws InterruptedException {
        ArtemisSettings.Ports coreAlone =
                new ArtemisSettings.Ports(port, ArtemisSettings.OFF, ArtemisSettings.OFF, ArtemisSettings.OFF);
        return new BrokerHome(TemporaryDirectory.create("broker"), coreAlone);
    }

    /** The way to core sessions within this JVM. */
    public CoreAccess core() {
        return runtime.core().orElseThrow();
    }

    /** A pool of JMS connections within this JVM. */
    public ConnectionFactory jms() {
        return runtime.jms().orElseThrow();
    }

    /** Where it listens for the core protocol. */
    public int port() {
        return runtime.port("CORE");
    }

    @Override
    public void close() {
        try {
            runtime.stop().toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the broker did not stop", e);
        } finally {
            TemporaryDirectory.delete(directory);
        }
    }
}
