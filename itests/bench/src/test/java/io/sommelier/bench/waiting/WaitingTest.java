package io.sommelier.bench.waiting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sommelier.bench.party.Load;
import io.sommelier.bench.party.LoadShape;
import io.sommelier.bench.party.Meter;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Both sides of the rows of mailboxes, each with a broker of its own, for a moment. */
class WaitingTest {
    private final Meter meter = new Meter();

    @Test
    void durableCommandsAreAnswered() throws Exception {
        isAnswered(new Mailboxes().durable(LoadShape.single(8, 256), meter));
    }

    @Test
    void commandsWaitForAMemberInWaves() throws Exception {
        isAnswered(new Mailboxes().waves(LoadShape.single(100, 256), meter));
    }

    @Test
    void durableMessagesAreTaken() throws Exception {
        LoadShape shape = LoadShape.single(8, 256);

        isAnswered(new BareQueue(BareQueue.within(BrokerHome.closed()), shape, true).flowing(shape, meter));
    }

    @Test
    void messagesWaitForAConsumerInWaves() throws Exception {
        LoadShape shape = LoadShape.single(100, 256);

        isAnswered(new BareQueue(BareQueue.within(BrokerHome.closed()), shape, false).waves(shape, meter));
    }

    @Test
    void producerAndConsumerMayBeInAnotherProcessThanTheBroker() throws Exception {
        LoadShape shape = LoadShape.single(8, 256);
        try (BrokerParty broker = new BrokerParty(0)) {
            InetSocketAddress address = new InetSocketAddress("127.0.0.1", broker.port());

            isAnswered(new BareQueue(BareQueue.towards(address), shape, true).flowing(shape, meter));
        }
    }

    private void isAnswered(Load load) throws InterruptedException {
        try (load) {
            load.start();
            await().atMost(Duration.ofSeconds(20)).until(() -> meter.next().count() > 0);
            load.stop();
            meter.next();
            assertThat(meter.next().count()).isZero();
        }
    }
}
