package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.spi.Incoming;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Promise 7: credit reaches the member that works, all of it, once. */
@Timeout(60)
class CreditTest {
    private final Node node = new Node();
    private final RecordingReplyPath path = new RecordingReplyPath();

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void initialCreditGoesWithTheClaim() {
        HandChannel member = node.member("north", 4, "pour");
        node.send(Node.pour().build(), 70, path);

        member.claimNext();

        assertThat(member.grantedCredit()).isEqualTo(70);
    }

    @Test
    void creditThatComesBeforeTheClaimGoesWithIt() {
        HandChannel member = node.member("north", 4, "pour");
        Incoming incoming = node.send(Node.pour().build(), 70, path);

        incoming.credit(5);
        incoming.credit(6);
        long before = member.grantedCredit();
        member.claimNext();

        assertThat(before).isZero();
        assertThat(member.grantedCredit()).isEqualTo(81);
    }

    @Test
    void creditThatComesAfterTheClaimIsPassedOn() {
        HandChannel member = node.member("north", 4, "pour");
        Incoming incoming = node.send(Node.pour().build(), 0, path);
        member.claimNext();

        incoming.credit(5);
        incoming.credit(6);

        assertThat(member.grantedCredit()).isEqualTo(11);
    }

    @Test
    void allCreditGoesToTheNextMemberWhenTheFirstIsLost() {
        HandChannel north = node.member("north", 4, "pour");
        Incoming incoming = node.send(Node.pour().idempotent(true).build(), 10, path);
        incoming.credit(1);
        north.claimNext();
        incoming.credit(2);
        HandChannel south = node.member("south", 4, "pour");

        north.lose();
        incoming.credit(4);
        south.claimNext();
        incoming.credit(8);

        assertThat(north.grantedCredit()).isEqualTo(13);
        assertThat(south.grantedCredit()).isEqualTo(25);
    }

    @Test
    void creditAfterTheEndIsIgnored() {
        HandChannel member = node.member("north", 4, "pour");
        Incoming incoming = node.send(Node.pour().build(), 10, path);
        member.claimNext();
        member.answer(Part.complete(Payload.empty()).build());

        incoming.credit(5);

        assertThat(member.grantedCredit()).isEqualTo(10);
    }

    @Test
    void creditDoesNotOverflow() {
        HandChannel member = node.member("north", 4, "pour");
        Incoming incoming = node.send(Node.pour().build(), Long.MAX_VALUE, path);

        incoming.credit(Long.MAX_VALUE);
        member.claimNext();
        incoming.credit(1);

        assertThat(member.grantedCredit()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void creditThatRacesTheClaimIsNeitherLostNorDoubled() throws Exception {
        race(false);
    }

    @Test
    void creditThatRacesAHandOnIsNeitherLostNorDoubled() throws Exception {
        race(true);
    }

    private void race(boolean handOn) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int run = 0; run < 3000; run++) {
                HandChannel north = node.member("north", 4, "pour");
                Command command = Node.pour().idempotent(run % 2 == 0).build();
                Incoming incoming = node.send(command, 100, path);
                HandChannel south = handOn ? node.member("south", 4, "pour") : north;
                boolean claimFirst = run % 2 == 0;
                CyclicBarrier together = new CyclicBarrier(2);
                Future<?> crediting = threads.submit(() -> {
                    together.await();
                    for (int i = 0; i < 10; i++) {
                        incoming.credit(1);
                    }
                    return null;
                });
                Future<?> moving = threads.submit(() -> {
                    together.await();
                    if (handOn) {
                        if (claimFirst) {
                            north.claimNext();
                        }
                        north.lose();
                    }
                    return south.claimNext();
                });
                crediting.get();
                moving.get();

                assertThat(south.grantedCredit()).as("run %s", run).isEqualTo(110);
                south.answer(Part.complete(Payload.empty()).build());
                north.lose();
                south.lose();
            }
            node.isEmpty();
        } finally {
            threads.shutdownNow();
        }
    }
}
