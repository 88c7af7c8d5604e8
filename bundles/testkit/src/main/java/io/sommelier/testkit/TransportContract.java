package io.sommelier.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.admin.ControllerAdmin;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/**
 * What every transport keeps, against a real controller. A transport's test extends it and says how its {@link World} is made; the promises stand, one test each, in the
 * interfaces. After each test the controller holds nothing any more.
 *
 * <p>Tests with the tag {@link #SMALL_HEAP} belong into a JVM with a heap of 64 MiB ({@code -Xmx64m}), and are to be excluded elsewhere.
 */
@Timeout(60)
public abstract class TransportContract
        implements ReplyPromises,
                RoutingPromises,
                StreamPromises,
                EndPromises,
                LossPromises,
                CallerPromises,
                HelloPromises,
                LifePromises,
                LimitPromises,
                HopPromises,
                HealthPromises,
                DrainPromises,
                LoadPromises,
                FailurePromises,
                VolumePromises {
    /** The tag of tests that show that something fits into a heap of 64 MiB. */
    public static final String SMALL_HEAP = "heap64";

    private final List<CountDownLatch> gates = new CopyOnWriteArrayList<>();
    private volatile World world;

    /** Makes a controller with the transport under test, and starts both. */
    protected abstract World newWorld(WorldSettings settings);

    @Override
    public final World open(WorldSettings settings) {
        assertThat(world).as("one world a test").isNull();
        world = newWorld(settings);
        return world;
    }

    @Override
    public final CountDownLatch gate() {
        CountDownLatch gate = new CountDownLatch(1);
        gates.add(gate);
        return gate;
    }

    @AfterEach
    public final void nothingIsLeft() {
        gates.forEach(CountDownLatch::countDown);
        if (world == null) {
            return;
        }
        try (World ending = world) {
            ControllerAdmin admin = ending.admin();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(5))
                    .pollDelay(Duration.ZERO)
                    .untilAsserted(() -> {
                        assertThat(admin.inFlight()).as("commands in flight").isZero();
                        assertThat(admin.bytesHeld()).as("bytes held").isZero();
                        admin.targets()
                                .forEach(target -> target.members()
                                        .forEach(member -> assertThat(member.inFlight())
                                                .as("commands at " + member.instance())
                                                .isZero()));
                    });
        }
    }
}
