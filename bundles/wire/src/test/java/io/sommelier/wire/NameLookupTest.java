package io.sommelier.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class NameLookupTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final NameLookup names = new NameLookup("names-of-the-test");

    @AfterEach
    void close() {
        names.close();
    }

    private CompletableFuture<InetSocketAddress> lookUp(String host) {
        return names.lookUp(host, 7007).toCompletableFuture();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "0.0.0.0", "255.255.255.255", "::1", "fe80::1", "::ffff:10.0.0.1"})
    void anAddressInNumbersIsThereAtOnce(String host) {
        CompletableFuture<InetSocketAddress> found = lookUp(host);

        assertThat(found).isCompleted();
        assertThat(found.join().isUnresolved()).isFalse();
        assertThat(found.join().getPort()).isEqualTo(7007);
    }

    @Test
    void aNameIsLookedUpOnAThreadOfItsOwn() {
        String[] thread = new String[1];

        CompletableFuture<InetSocketAddress> found = lookUp("localhost");
        CompletableFuture<InetSocketAddress> behind = found.thenCompose(first -> {
            thread[0] = Thread.currentThread().getName();
            return lookUp("localhost");
        });

        assertThat(behind).succeedsWithin(LIMIT);
        assertThat(found.join().getAddress().isLoopbackAddress()).isTrue();
        assertThat(thread[0]).isIn("names-of-the-test", Thread.currentThread().getName());
    }

    @Test
    void whatIsNoAddressFails() {
        assertThat(lookUp("::::1"))
                .failsWithin(LIMIT)
                .withThrowableThat()
                .withCauseInstanceOf(UnknownHostException.class);
    }

    @Test
    void whatIsAskedForAfterTheEndFails() {
        names.close();

        assertThat(lookUp("localhost"))
                .failsWithin(LIMIT)
                .withThrowableThat()
                .withCauseInstanceOf(RejectedExecutionException.class);
    }
}
