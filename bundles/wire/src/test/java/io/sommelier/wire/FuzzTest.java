package io.sommelier.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandId;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Headers;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.api.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Seeded chance: whatever comes, the link neither throws nor leaks, and what is sound arrives unchanged. */
class FuzzTest {
    private static final LinkSettings TIGHT =
            new LinkSettings(16 * 1024, 64 * 1024, 2048, 50, 256 * 1024, Duration.ofSeconds(5), Duration.ofSeconds(10));

    @Test
    void garbage_never_throws_and_takes_no_memory() {
        for (int seed = 0; seed < 2000; seed++) {
            Random random = new Random(seed);
            End end = seed % 2 == 0 ? End.activeController(TIGHT) : End.activeConnector(TIGHT);
            byte[] garbage = new byte[random.nextInt(3000)];
            random.nextBytes(garbage);

            end.receive(garbage);

            assertSound(end);
        }
    }

    @Test
    void frames_of_chance_never_throw_and_never_leak() {
        int closed = 0;
        for (int seed = 0; seed < 5000; seed++) {
            Random random = new Random(seed);
            boolean controller = seed % 2 == 0;
            End end = controller ? End.activeController(TIGHT) : End.activeConnector(TIGHT);
            answerByChance(end, random);
            for (int i = 0; i < 5; i++) {
                end.link.send(command(random), 1, random.nextInt(100), "", "", 1, null);
            }
            for (int i = 0; i < 50 && end.handler.goodbye == null; i++) {
                end.receive(frame(random));
                end.link.flush();
            }

            closed += end.handler.goodbye == null ? 0 : 1;
            assertSound(end);
        }
        assertThat(closed).isGreaterThan(4000);
    }

    @Test
    void vectors_with_flipped_bits_never_throw_and_never_leak() throws Exception {
        List<Vector> vectors = Vector.all().toList();
        for (int seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            Vector vector = vectors.get(random.nextInt(vectors.size()));
            byte[] bytes = vector.bytes().clone();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            End end;
            if (vector.state().startsWith("fresh controller")) {
                end = End.controller();
                end.link.start();
            } else {
                end = vector.state().contains("controller") ? End.activeController() : End.activeConnector();
                end.link.send(command(random), 1, 1000, "", "", 1, null);
                end.receive(Hex.command(vector.state().contains("controller") ? 7 : 8));
            }
            answerByChance(end, random);

            end.receive(bytes);

            assertSound(end);
        }
    }

    @Test
    void commands_and_parts_of_chance_arrive_unchanged_in_whatever_pieces() {
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            Pair pair = Pair.active(TIGHT, TIGHT, random);
            pair.connector.flushesSoon = true;
            pair.controller.flushesSoon = true;
            List<Command> commands = new ArrayList<>();
            List<Part> parts = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                Command command = command(random);
                commands.add(command);
                pair.controller.link.send(command, command.ttlNanos(), 1 << 30, "s", "p", 1, null);
            }
            pair.exchange();
            assertThat(pair.connector.handler.commands).hasSize(20);
            assertThat(pair.connector.handler.commands.stream().map(FuzzTest::fields))
                    .containsExactlyInAnyOrderElementsOf(
                            commands.stream().map(FuzzTest::fields).toList());

            InStream stream = pair.connector.handler.inStreams.get(random.nextInt(20));
            for (int i = 0; i < 10; i++) {
                Part part = part(random, i);
                parts.add(part);
                pair.connector.link.part(stream, part);
            }
            Part terminal = Part.failed(CommandError.of(ErrorCode.INTERNAL, Outcome.UNKNOWN, Stage.STREAM, "ß"))
                    .finalCount(10)
                    .payload(payload(random))
                    .build();
            parts.add(terminal);
            pair.connector.link.part(stream, terminal);
            pair.exchange();

            assertThat(pair.controller.handler.parts.stream().map(FuzzTest::fields))
                    .containsExactlyElementsOf(
                            parts.stream().map(FuzzTest::fields).toList());
            pair.assertNothingLeaks();
        }
    }

    private static void assertSound(End end) {
        assertThat(end.allocator.bytesOut()).isLessThan(256 * 1024);
        end.link.socketClosed();
        assertThat(end.handler.goodbye).isNotNull();
        end.allocator.assertAllReleased();
    }

    /** Whoever gets a command answers with something, sometimes from inside. */
    private static void answerByChance(End end, Random random) {
        end.handler.onCommand = stream -> {
            switch (random.nextInt(5)) {
                case 0 -> end.link.part(stream, part(random, 0));
                case 1 -> end.link.part(stream, Part.complete(payload(random)).build());
                case 2 -> end.link.admitted(stream);
                case 3 -> sendIfTaken(end, command(random));
                default -> {}
            }
        };
    }

    private static void sendIfTaken(End end, Command command) {
        try {
            end.link.send(command, 1, 5, "", "", 1, null);
        } catch (CommandException e) {
            assertThat(e.error().code()).isIn(ErrorCode.DRAINING, ErrorCode.OVERLOADED);
        }
    }

    /** A frame that begins well, with a body that is right for its type now and then. */
    private static byte[] frame(Random random) {
        int[] types = {4, 5, 6, 7, 0x10, 0x10, 0x10, 0x11, 0x12, 0x13, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x18, 0x80};
        int type = types[random.nextInt(types.length)];
        int stream = type < 0x10 ? 0 : 1 + random.nextInt(12);
        int flags = random.nextInt(4) == 0 ? 1 << random.nextInt(8) : 0;
        StringBuilder hex = new StringBuilder(String.format("%02x %02x", type, flags)).append(Hex.u32(stream));
        switch (type) {
            case 4, 5 -> hex.append(Hex.u64(random.nextInt(3)));
            case 0x10 -> hex.append(Hex.COMMAND_BODY);
            case 0x13, 0x14 -> hex.append(Hex.u64(random.nextInt(2)));
            case 0x15 -> hex.append(Hex.u64(0)).append("0190 03 08 0000");
            case 0x16 -> hex.append("0000");
            case 0x17 -> hex.append(Hex.u32(random.nextInt(3)));
            default -> {}
        }
        if ((flags & Frames.MORE) != 0 && type >= 0x10 && type <= 0x15) {
            hex.append(Hex.u32(random.nextInt(100_000)));
        }
        if (random.nextInt(3) == 0 || type == 0x18) {
            hex.append("61".repeat(random.nextInt(300)));
        }
        return Hex.frame(hex.toString());
    }

    private static Command command(Random random) {
        Command.Builder builder = Command.to(
                        new Target("t" + random.nextInt(100), random.nextBoolean() ? "" : "i" + random.nextInt(100)),
                        "op" + random.nextInt(100))
                .id(new CommandId(random.nextLong(), random.nextLong()))
                .ttl(Duration.ofNanos(1000L * (1 + random.nextInt(1_000_000))))
                .durable(random.nextBoolean())
                .idempotent(random.nextBoolean())
                .payload(payload(random))
                .headers(headers(random));
        if (random.nextBoolean()) {
            builder.contentType("x/y" + random.nextInt(10)).idempotencyKey("k" + random.nextInt());
        }
        if (random.nextBoolean()) {
            builder.traceparent("t" + random.nextInt())
                    .replayOf(new CommandId(random.nextLong(), 1))
                    .hops(random.nextInt(256));
        }
        return builder.build();
    }

    private static Part part(Random random, long sequence) {
        return Part.data(payload(random))
                .sequence(sequence)
                .headers(headers(random))
                .contentType(random.nextBoolean() ? "" : "a/b")
                .suggestedStatus(random.nextBoolean() ? 0 : 200 + random.nextInt(400))
                .build();
    }

    private static Headers headers(Random random) {
        Headers.Builder headers = Headers.builder();
        for (int i = random.nextInt(4); i > 0; i--) {
            headers.add("h" + random.nextInt(10), "ü".repeat(random.nextInt(100)));
        }
        return headers.build();
    }

    private static Payload payload(Random random) {
        byte[] bytes = new byte[random.nextInt(4) == 0 ? random.nextInt(64 * 1024) : random.nextInt(300)];
        random.nextBytes(bytes);
        return Payload.copyOf(bytes);
    }

    private static List<Object> fields(Command command) {
        return List.of(
                command.id(),
                command.operation(),
                command.target(),
                command.ttlNanos(),
                command.headers(),
                command.contentType(),
                command.payload(),
                command.durable(),
                command.idempotent(),
                command.idempotencyKey(),
                command.traceparent(),
                command.hops(),
                command.replayOf());
    }

    private static List<Object> fields(Part part) {
        return List.of(
                part.status(),
                part.sequence(),
                part.headers(),
                part.contentType(),
                part.payload(),
                part.finalCount(),
                part.suggestedStatus(),
                part.error());
    }
}
