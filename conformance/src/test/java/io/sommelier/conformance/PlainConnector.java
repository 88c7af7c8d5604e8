package io.sommelier.conformance;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A small connector that was written from PROTOCOL.md alone, and keeps its rules but for the faults that it is given. */
final class PlainConnector implements Subject {
    /** A rule that it breaks. */
    enum Fault {
        SAYS_NOTHING,
        NO_MAGIC,
        WRONG_ROLE,
        BAD_INSTANCE,
        OPERATIONS_BEFORE_WELCOME,
        DEAF_BEFORE_WELCOME,
        READS_WELCOME_STRICTLY,
        IGNORES_AGREED_FRAME,
        STORMS_BACK,
        COMES_BACK_THOUGH_REFUSED,
        COMES_BACK_THOUGH_SENT_AWAY,
        NEVER_COMES_BACK,
        FORGETS_TOKEN,
        NEW_INSTANCE_EACH_TIME,
        NO_PONG,
        WRONG_PONG,
        CHOKES_ON_IGNORABLE,
        ANSWERS_TWICE,
        NEVER_ANSWERS,
        WRONG_COUNT,
        GAP_IN_SEQUENCE,
        ACCEPTS_TWICE,
        ACCEPTS_BEHIND_DATA,
        UNDEFINED_FLAG,
        WRONG_STREAM,
        WRONG_CODE_FOR_UNKNOWN,
        DROPS_LINK_ON_FAILURE,
        NO_CHECK_OF_NAMES,
        FORGETS_PIECES,
        LOSES_A_PIECE,
        GOES_ON_AFTER_CANCEL,
        IGNORES_CREDIT,
        COUNTS_PAYLOAD_ONLY,
        FORGIVES_DEBT,
        ONE_AT_A_TIME,
        HEALTH_NAMED_ONLY,
        HEALTH_AS_STREAM,
        HEALTH_IS_A_NOVEL,
        HEALTH_BEHIND_THE_REST,
        DROPS_ON_DRAIN,
        ANSWERS_GOODBYE_NOT,
        LEAVES_WITHOUT_GOODBYE,
        TOLERATES_ALL,
        NO_PINGS,
        PATIENT_FOR_EVER,
        WAITS_FOR_WELCOME_FOR_EVER
    }

    private static final int MORE = 0x01;
    private static final int HEARTBEAT_MILLIS = 400;

    private final Set<Fault> faults;
    private ScheduledExecutorService clock;
    private Thread thread;
    private volatile boolean isStopped;
    private volatile Link link;
    private String token = "";
    private int instances;

    PlainConnector(Fault... faults) {
        this.faults = Set.of(faults);
    }

    private boolean has(Fault fault) {
        return faults.contains(fault);
    }

    // --- Its life -----------------------------------------------------------------------------------------

    @Override
    public void start(Listener.Transport transport, int port) {
        stop();
        isStopped = false;
        token = "";
        clock = Executors.newSingleThreadScheduledExecutor();
        thread = new Thread(() -> live(port), "plain-connector");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public Optional<String> ended() {
        return Optional.empty();
    }

    @Override
    public void askToEnd() {
        Link leaving = link;
        Thread goodbye = new Thread(() -> {
            try {
                if (!has(Fault.LEAVES_WITHOUT_GOODBYE)) {
                    leaving.awaitIdle();
                    leaving.send(0x08, 0, 0, new Bytes().u16(1).u8(0).text("asked to end"));
                }
                isStopped = true;
                leaving.close();
            } catch (IOException gone) {
                isStopped = true;
            }
        });
        goodbye.setDaemon(true);
        goodbye.start();
    }

    @Override
    public void stop() {
        isStopped = true;
        if (thread == null) {
            return;
        }
        clock.shutdownNow();
        Link open = link;
        if (open != null) {
            open.close();
        }
        thread.interrupt();
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void live(int port) {
        long pause = 20;
        while (!isStopped) {
            boolean comesBack = true;
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setTcpNoDelay(true);
                link = new Link(socket);
                comesBack = link.run();
            } catch (IOException lost) {
                comesBack = true;
            }
            if (!comesBack || has(Fault.NEVER_COMES_BACK)) {
                return;
            }
            try {
                Thread.sleep(has(Fault.STORMS_BACK) ? 1 : pause);
            } catch (InterruptedException e) {
                return;
            }
            pause = Math.min(1_000, pause * 2);
        }
    }

    /** The connector has seen a frame that may not be. */
    private static final class Violation extends RuntimeException {
        private static final long serialVersionUID = 1;

        Violation(String what) {
            super(what);
        }
    }

    // --- One connection -----------------------------------------------------------------------------------

    private final class Link {
        private final DataInputStream in;
        private final DataOutputStream out;
        private final Socket socket;
        private final Map<Integer, Work> works = new HashMap<>();
        private final Set<Integer> split = new HashSet<>();
        private int highest;
        private boolean isWelcome;
        private long mostFrame = 64 << 10;
        private long mostMessage = 8 << 20;
        private volatile long heard = System.nanoTime();

        Link(Socket socket) throws IOException {
            this.socket = socket;
            in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
            out = new DataOutputStream(new java.io.BufferedOutputStream(socket.getOutputStream(), 1 << 16));
        }

        /** Until it ends; whether to come back. */
        boolean run() throws IOException {
            if (has(Fault.SAYS_NOTHING)) {
                in.read();
                return true;
            }
            hello();
            var ticks =
                    clock.scheduleAtFixedRate(this::tick, HEARTBEAT_MILLIS, HEARTBEAT_MILLIS, TimeUnit.MILLISECONDS);
            try {
                while (true) {
                    Boolean comesBack = next();
                    if (comesBack != null) {
                        return comesBack;
                    }
                }
            } catch (Violation violation) {
                if (has(Fault.TOLERATES_ALL)) {
                    in.readAllBytes();
                } else {
                    send(0x08, 0, 0, new Bytes().u16(6).u8(1).text(violation.getMessage()));
                }
                return true;
            } finally {
                ticks.cancel(false);
                synchronized (this) {
                    works.values().forEach(work -> work.isCancelled = true);
                }
            }
        }

        void close() {
            try {
                socket.close();
            } catch (IOException ignored) {
                // closed all the same
            }
        }

        void awaitIdle() {
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
            while (System.nanoTime() < until) {
                synchronized (this) {
                    if (works.isEmpty()) {
                        return;
                    }
                }
                Thread.onSpinWait();
            }
        }

        private void tick() {
            try {
                if (!isWelcome) {
                    if (!has(Fault.WAITS_FOR_WELCOME_FOR_EVER) && System.nanoTime() - heard > 2_000_000_000L) {
                        send(0x08, 0, 0, new Bytes().u16(5).u8(1).text("no welcome"));
                        close();
                    }
                    return;
                }
                long silence = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - heard);
                if (silence > 2 * HEARTBEAT_MILLIS && !has(Fault.PATIENT_FOR_EVER)) {
                    send(0x08, 0, 0, new Bytes().u16(4).u8(1).text("silence"));
                    close();
                } else if (!has(Fault.NO_PINGS)) {
                    send(0x04, 0, 0, new Bytes().u64(1));
                }
            } catch (IOException gone) {
                close();
            }
        }

        private void hello() throws IOException {
            Bytes hello = new Bytes();
            hello.raw((has(Fault.NO_MAGIC) ? "LIMO" : "SOML").getBytes(StandardCharsets.US_ASCII));
            hello.u8(1).u8(1).u8(has(Fault.WRONG_ROLE) ? 2 : 1);
            hello.u32(64 << 10).u32(8 << 20).u32(8 << 10).u32(65_536).u32(HEARTBEAT_MILLIS);
            String instance = has(Fault.BAD_INSTANCE) ? "plain one" : "plain-1";
            hello.name(has(Fault.NEW_INSTANCE_EACH_TIME) ? "plain-" + instances++ : instance);
            hello.name("conformance").u32(1000).name(has(Fault.FORGETS_TOKEN) ? "" : token);
            hello.name("").u16(0).u8(0);
            hello.u16(5).name("pour").name("slow").name("count").name("fail").name("sommelier.health");
            send(0x01, 0, 0, hello);
            if (has(Fault.OPERATIONS_BEFORE_WELCOME)) {
                send(0x06, 0, 0, new Bytes().u16(0));
            }
        }

        synchronized void send(int type, int flags, int stream, Bytes body) throws IOException {
            out.write(new Frame(type, flags, stream, body.toArray()).toArray());
            out.flush();
        }

        /** Reads a frame; {@code null} when the link goes on, else whether to come back. */
        private Boolean next() throws IOException {
            long length = Integer.toUnsignedLong(in.readInt());
            heard = System.nanoTime();
            if (length < 6 || length + 4 > mostFrame) {
                throw new Violation("a length of " + length);
            }
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            byte[] body = in.readNBytes((int) length - 6);
            ByteBuffer fields = ByteBuffer.wrap(body);
            if (type >= 0x80) {
                if (has(Fault.CHOKES_ON_IGNORABLE)) {
                    throw new Violation("what is this?");
                }
                return null;
            }
            try {
                return switch (type) {
                    case 0x02 -> welcome(flags, stream, fields);
                    case 0x03, 0x08 -> goodbye(type, flags, stream, fields);
                    case 0x04 -> ping(flags, stream, body);
                    case 0x05 -> pong(flags, stream, body);
                    case 0x07 -> drain(flags, stream, body);
                    default -> onStream(type, flags, stream, fields);
                };
            } catch (java.nio.BufferUnderflowException e) {
                throw new Violation("a body that is cut short");
            }
        }

        private void ofLink(int flags, int stream) {
            if (flags != 0 || stream != 0) {
                throw new Violation("flags or a stream where none may be");
            }
        }

        private Boolean welcome(int flags, int stream, ByteBuffer fields) {
            ofLink(flags, stream);
            if (isWelcome) {
                throw new Violation("welcome twice");
            }
            fields.get();
            long frame = fields.getInt();
            mostMessage = fields.getInt();
            fields.position(fields.position() + 12);
            name(fields);
            name(fields);
            token = name(fields);
            if (fields.hasRemaining() && has(Fault.READS_WELCOME_STRICTLY)) {
                throw new Violation("bytes behind the welcome");
            }
            mostFrame = frame;
            isWelcome = true;
            return null;
        }

        private Boolean goodbye(int type, int flags, int stream, ByteBuffer fields) throws IOException {
            ofLink(flags, stream);
            fields.getShort();
            boolean comesBack = fields.get() == 1;
            if (has(Fault.ANSWERS_GOODBYE_NOT) && type == 0x08) {
                in.readAllBytes(); // does not close either
            }
            return comesBack
                    || type == 0x03 && has(Fault.COMES_BACK_THOUGH_REFUSED)
                    || type == 0x08 && has(Fault.COMES_BACK_THOUGH_SENT_AWAY);
        }

        private Boolean ping(int flags, int stream, byte[] body) throws IOException {
            ofLink(flags, stream);
            if (body.length != 8) {
                throw new Violation("a ping of another size");
            }
            if (has(Fault.NO_PONG) || !isWelcome && has(Fault.DEAF_BEFORE_WELCOME)) {
                return null;
            }
            if (has(Fault.WRONG_PONG)) {
                body[7]++;
            }
            send(0x05, 0, 0, new Bytes().raw(body));
            return null;
        }

        private Boolean pong(int flags, int stream, byte[] body) {
            ofLink(flags, stream);
            if (body.length != 8) {
                throw new Violation("a pong of another size");
            }
            return null;
        }

        private Boolean drain(int flags, int stream, byte[] body) {
            ofLink(flags, stream);
            return has(Fault.DROPS_ON_DRAIN) ? Boolean.TRUE : null;
        }

        private Boolean onStream(int type, int flags, int stream, ByteBuffer fields) throws IOException {
            if (!isWelcome || stream == 0 || (stream & 1) == 1) {
                throw new Violation("a stream that cannot be");
            }
            boolean wasOpened = stream > 0 ? stream <= highest || highest < 0 : highest < 0 && stream <= highest;
            Work work;
            synchronized (this) {
                work = works.get(stream);
            }
            switch (type) {
                case 0x10 -> {
                    if (work != null) {
                        throw new Violation("a stream that is in use");
                    }
                    highest = stream;
                    command(flags, stream, fields);
                }
                case 0x16 -> {
                    flags(flags, 0);
                    opened(wasOpened);
                    split.remove(stream);
                    if (work != null && !has(Fault.GOES_ON_AFTER_CANCEL)) {
                        work.cancel();
                    }
                }
                case 0x17 -> {
                    flags(flags, 0);
                    opened(wasOpened);
                    int bytes = fields.getInt();
                    if (bytes <= 0) {
                        throw new Violation("a credit of " + bytes);
                    }
                    if (work != null) {
                        work.credit(bytes);
                    }
                }
                case 0x18 -> {
                    flags(flags, MORE);
                    opened(wasOpened);
                    if (work == null && !split.contains(stream) || work != null && !work.isSplit) {
                        throw new Violation("a continuation of nothing");
                    }
                    if (work != null) {
                        work.piece(fields, (flags & MORE) == 0);
                    } else if ((flags & MORE) == 0) {
                        split.remove(stream);
                    }
                }
                default -> throw new Violation("type " + type);
            }
            return null;
        }

        private void opened(boolean wasOpened) {
            if (!wasOpened) {
                throw new Violation("a stream that was never opened");
            }
        }

        private void flags(int flags, int allowed) {
            if ((flags & ~allowed) != 0) {
                throw new Violation("flags " + flags);
            }
        }

        private void command(int flags, int stream, ByteBuffer fields) throws IOException {
            fields.position(fields.position() + 16);
            long ttl = fields.getLong();
            long credit = fields.getInt();
            fields.get();
            String operation = name(fields);
            name(fields);
            name(fields);
            name(fields);
            skipNames(flags, fields);
            if ((flags & 0x20) != 0) {
                fields.position(fields.position() + 16);
            }
            name(fields);
            skip(fields);
            fields.getInt();
            if ((flags & 0x40) != 0) {
                skip(fields);
            }
            Work work = new Work(stream, operation, credit);
            long total = 0;
            if ((flags & MORE) != 0) {
                total = Integer.toUnsignedLong(fields.getInt());
                work.isSplit = true;
            }
            work.payload.raw(fields);
            boolean isBad = ttl > 604_800_000_000L || !operation.matches("[A-Za-z0-9][A-Za-z0-9._:-]*");
            if (isBad && !has(Fault.NO_CHECK_OF_NAMES)) {
                work.fail(100, 2, 1);
            } else if (total > mostMessage) {
                split.add(stream);
                work.fail(101, 2, 1);
            } else {
                synchronized (this) {
                    works.put(stream, work);
                }
                if (!work.isSplit) {
                    work.begin();
                }
            }
        }

        private void skipNames(int flags, ByteBuffer fields) {
            for (int flag : new int[] {0x08, 0x10}) {
                if ((flags & flag) != 0) {
                    name(fields);
                }
            }
        }

        /** A text, or a block of headers. */
        private static void skip(ByteBuffer fields) {
            int length = Short.toUnsignedInt(fields.getShort());
            fields.position(fields.position() + length);
        }

        private static String name(ByteBuffer fields) {
            byte[] bytes = new byte[Byte.toUnsignedInt(fields.get())];
            fields.get(bytes);
            return new String(bytes, StandardCharsets.US_ASCII);
        }

        // --- One command ----------------------------------------------------------------------------------

        private final class Work {
            private final int stream;
            private final String operation;
            private final Bytes payload = new Bytes();
            private long credit;
            private boolean isSplit;
            private volatile boolean isCancelled;
            private long sent;
            private long to = -1;

            Work(int stream, String operation, long credit) {
                this.stream = has(Fault.WRONG_STREAM) && operation.equals("count") ? stream + 2 : stream;
                this.operation = operation;
                this.credit = credit;
            }

            void piece(ByteBuffer bytes, boolean isLast) throws IOException {
                if (!has(Fault.FORGETS_PIECES) && !(isLast && has(Fault.LOSES_A_PIECE))) {
                    payload.raw(bytes);
                }
                if (isLast && !has(Fault.FORGETS_PIECES)) {
                    isSplit = false;
                    begin();
                }
            }

            void begin() throws IOException {
                if (has(Fault.NEVER_ANSWERS)) {
                    return;
                }
                switch (operation) {
                    case "pour" -> {
                        if (has(Fault.ONE_AT_A_TIME) && isOneStalled()) {
                            clock.schedule(this::beginLater, 50, TimeUnit.MILLISECONDS);
                        } else {
                            pour();
                        }
                    }
                    case "slow" -> slow();
                    case "count" -> {
                        to = number();
                        go();
                    }
                    case "sommelier.health" -> health();
                    case "fail" -> {
                        fail(400, 3, 8);
                        if (has(Fault.DROPS_LINK_ON_FAILURE)) {
                            close();
                        }
                    }
                    default -> fail(has(Fault.WRONG_CODE_FOR_UNKNOWN) ? 400 : 201, 1, 3);
                }
            }

            private void beginLater() {
                try {
                    begin();
                } catch (IOException gone) {
                    close();
                }
            }

            private boolean isOneStalled() {
                synchronized (Link.this) {
                    return works.values().stream().anyMatch(work -> work.to >= 0);
                }
            }

            private void health() throws IOException {
                if (has(Fault.HEALTH_NAMED_ONLY)) {
                    fail(201, 1, 3);
                } else if (has(Fault.HEALTH_AS_STREAM)) {
                    send(0x13, 0, stream, new Bytes().u64(0));
                    last(0x14, 0, new Bytes().u64(1));
                } else if (has(Fault.HEALTH_BEHIND_THE_REST) && !isAlone()) {
                    clock.schedule(this::beginLater, 50, TimeUnit.MILLISECONDS);
                } else {
                    last(0x14, 0, new Bytes().u64(0).raw(new byte[has(Fault.HEALTH_IS_A_NOVEL) ? 1025 : 4]));
                }
            }

            private boolean isAlone() {
                synchronized (Link.this) {
                    return works.size() == 1;
                }
            }

            private void pour() throws IOException {
                byte[] answer = payload.toArray();
                if (has(Fault.ACCEPTS_TWICE)) {
                    send(0x12, 0, stream, new Bytes());
                }
                send(0x12, 0, stream, new Bytes());
                int most = has(Fault.IGNORES_AGREED_FRAME) ? 60_000 : (int) mostFrame - 1000;
                int first = Math.min(answer.length, most);
                Bytes body = new Bytes().u64(has(Fault.WRONG_COUNT) ? 1 : 0);
                boolean hasMore = first < answer.length;
                if (hasMore) {
                    body.u32(answer.length);
                }
                body.raw(Arrays.copyOf(answer, first));
                int flags = has(Fault.UNDEFINED_FLAG) ? 0x10 : 0;
                if (!hasMore) {
                    last(0x14, flags, body);
                } else {
                    synchronized (Link.this) { // nothing else comes between
                        send(0x14, MORE, stream, body);
                        for (int from = first; from < answer.length; from += most) {
                            int until = Math.min(answer.length, from + most);
                            send(
                                    0x18,
                                    until < answer.length ? MORE : 0,
                                    stream,
                                    new Bytes().raw(Arrays.copyOfRange(answer, from, until)));
                        }
                        forget();
                    }
                }
                if (has(Fault.ANSWERS_TWICE)) {
                    send(0x14, 0, stream, new Bytes().u64(0));
                }
            }

            private void slow() throws IOException {
                long millis = number();
                if (millis < 0) {
                    fail(400, 3, 8);
                    return;
                }
                clock.schedule(
                        () -> {
                            if (!isCancelled) {
                                try {
                                    last(0x14, 0, new Bytes().u64(0));
                                } catch (IOException gone) {
                                    close();
                                }
                            }
                        },
                        millis,
                        TimeUnit.MILLISECONDS);
            }

            private long number() {
                String text = new String(payload.toArray(), StandardCharsets.ISO_8859_1);
                String digits = text.replaceAll("[^0-9]", "");
                return text.startsWith("{") && !digits.isEmpty() ? Long.parseLong(digits) : -1;
            }

            void credit(int bytes) throws IOException {
                credit = has(Fault.FORGIVES_DEBT) ? Math.max(0, credit) + bytes : credit + bytes;
                if (to >= 0) {
                    go();
                }
            }

            /** Sends what the credit allows, some at a time, so that a cancel is seen between two turns. */
            private void go() throws IOException {
                synchronized (Link.this) {
                    turn();
                }
            }

            private void turn() throws IOException {
                int turn = 0;
                while (sent < to && (credit > 0 || has(Fault.IGNORES_CREDIT))) {
                    if (turn++ == 500) {
                        clock.schedule(this::goOn, 1, TimeUnit.MILLISECONDS);
                        return;
                    }
                    byte[] line = ("{\"n\":" + (sent + 1) + "}").getBytes(StandardCharsets.US_ASCII);
                    long sequence = has(Fault.GAP_IN_SEQUENCE) && sent > 1 ? sent + 1 : sent;
                    send(0x13, 0, stream, new Bytes().u64(sequence).raw(line));
                    sent++;
                    credit -= has(Fault.COUNTS_PAYLOAD_ONLY) ? line.length : Math.max(128, line.length);
                    if (has(Fault.ACCEPTS_BEHIND_DATA) && sent == 1) {
                        send(0x12, 0, stream, new Bytes());
                    }
                }
                if (sent == to) {
                    to = -1;
                    last(0x14, 0, new Bytes().u64(sent));
                }
            }

            private void goOn() {
                try {
                    if (!isCancelled) {
                        go();
                    }
                } catch (IOException gone) {
                    close();
                }
            }

            void cancel() {
                isCancelled = true;
                to = -1;
                forget();
            }

            void fail(int code, int outcome, int stage) throws IOException {
                last(0x15, 0, new Bytes().u64(0).u16(code).u8(outcome).u8(stage).text("no"));
            }

            /** Nobody sees that it is over before that is written. */
            private void last(int type, int flags, Bytes body) throws IOException {
                synchronized (Link.this) {
                    forget();
                    send(type, flags, stream, body);
                }
            }

            private void forget() {
                synchronized (Link.this) {
                    works.remove(stream);
                }
            }
        }
    }
}
