package io.sommelier.karaf;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** A Karaf that is spoken to from outside: files, JMX, SSH. Confined to one thread, but for {@link #mbeans}. */
final class Karaf implements AutoCloseable {
    static final String USER = "tester";
    static final String PASSWORD = "only-on-loopback";

    private static final String USER_ENTRY = USER + "=" + PASSWORD + ",group,admin,manager,viewer,systembundles,ssh";
    /** Most of the processor goes into the start, and most of that into compiling what is soon over. */
    static final String QUICK_START = "-XX:TieredStopAtLevel=1";

    private static final Path MATERIAL = Path.of("target", "material").toAbsolutePath();
    private static final Path UNPACKED = Path.of("target", "karaf").toAbsolutePath();

    private final Ports ports;
    private final Running running;
    private final Ssh ssh;
    private JMXConnector jmx;

    private Karaf(Ports ports, Running running) {
        this.ports = ports;
        this.running = running;
        this.ssh = new Ssh(ports.ssh());
    }

    /** The assembly under Pax Exam, to be started once. */
    static Karaf underPaxExam(String name) throws IOException {
        Ports ports = Ports.free();
        Path unpacked = UNPACKED.resolve(name);
        Directories.delete(unpacked);
        return new Karaf(ports, new PaxExamKaraf(archive(), unpacked, ports.settings(), USER_ENTRY));
    }

    /** The assembly as a process of its own; heap and all else as it is shipped, but for the compiler, and with the options. */
    static Karaf asProcess(String name, String... javaOptions) throws IOException {
        return asProcess(archive(), name, javaOptions);
    }

    /** Karaf as its makers ship it, of the version that the assembly is made of. */
    static Karaf stock(String name) throws IOException {
        return asProcess(material("apache-karaf.tar.gz"), name);
    }

    private static Karaf asProcess(Path archive, String name, String... javaOptions) throws IOException {
        Ports ports = Ports.free();
        Map<String, String> environment = Map.of("EXTRA_JAVA_OPTS", QUICK_START + " " + String.join(" ", javaOptions));
        Running process = new ProcessKaraf(archive, UNPACKED.resolve(name), environment);
        Karaf karaf = new Karaf(ports, process);
        for (Map.Entry<String, Map<String, String>> settings : ports.settings().entrySet()) {
            karaf.edit(settings.getKey(), settings.getValue());
        }
        Files.writeString(karaf.home().resolve("etc/users.properties"), USER_ENTRY + System.lineSeparator());
        return karaf;
    }

    private static Path archive() {
        return material("sommelier-karaf-assembly.tar.gz");
    }

    /** A file that the build put beside the tests. */
    static Path material(String name) {
        return MATERIAL.resolve(name);
    }

    void start() throws IOException {
        running.start();
    }

    /** Stops it in good order. */
    void stop() throws IOException {
        forgetConnections();
        running.stop();
    }

    /** The id of the process; only of one that is started as a process. */
    long pid() {
        return ((ProcessKaraf) running).pid();
    }

    /** Ends the process as kill -9 does. */
    void kill() throws IOException {
        ((ProcessKaraf) running).kill();
        forgetConnections();
    }

    private void forgetConnections() {
        if (jmx != null) {
            try {
                jmx.close();
            } catch (IOException alreadyGone) {
                // that is what was wanted
            }
            jmx = null;
        }
    }

    @Override
    public void close() throws IOException {
        ssh.close();
        stop();
    }

    /** Where it listens. */
    Ports ports() {
        return ports;
    }

    // ---- files ----

    /** The directory that it runs in. */
    Path home() {
        return running.home();
    }

    /** The file with the settings of a PID. */
    Path settings(String pid) {
        return home().resolve("etc").resolve(pid + ".cfg");
    }

    /** The jar of a bundle of ours in the repository that the assembly brings along. */
    Path inSystem(String artifact) throws IOException {
        try (Stream<Path> versions =
                Files.list(home().resolve("system/io/sommelier").resolve(artifact))) {
            Path version = versions.filter(Files::isDirectory).findFirst().orElseThrow();
            return version.resolve(artifact + "-" + version.getFileName() + ".jar");
        }
    }

    /** Gives keys of a configuration file other values, as an editor would; makes the file when there is none. */
    void edit(String pid, Map<String, String> changes) throws IOException {
        edit(settings(pid), changes);
    }

    /** Gives keys of Karaf's own settings other values; they count from the next start on. */
    void editCustomProperties(Map<String, String> changes) throws IOException {
        edit(home().resolve("etc/custom.properties"), changes);
    }

    private static void edit(Path file, Map<String, String> changes) throws IOException {
        Stream<String> before = Files.exists(file) ? Files.readAllLines(file).stream() : Stream.of();
        Stream<String> kept = before.filter(line -> !changes.containsKey(line.split("=", 2)[0].trim()));
        Stream<String> changed = changes.entrySet().stream().map(entry -> entry.getKey() + " = " + entry.getValue());
        Files.write(file, Stream.concat(kept, changed).toList());
    }

    /** Puts a jar into {@code deploy}, in one step, in place of what has the name. */
    void drop(Path jar, String name) throws IOException {
        Path fresh = Files.createTempFile(home().resolve("data"), "drop", ".tmp");
        Files.copy(jar, fresh, StandardCopyOption.REPLACE_EXISTING);
        Files.move(fresh, home().resolve("deploy").resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    /** Takes a jar out of {@code deploy}. */
    void takeAway(String name) throws IOException {
        Files.delete(home().resolve("deploy").resolve(name));
    }

    /** The log so far; empty while there is none. */
    List<String> log() throws IOException {
        Path log = home().resolve("data/log/karaf.log");
        return Files.exists(log) ? Files.readAllLines(log) : List.of();
    }

    // ---- JMX ----

    /** Everything that JMX shows. Thread-safe. */
    synchronized MBeanServerConnection mbeans() throws IOException {
        if (jmx == null) {
            Properties management = new Properties();
            try (InputStream in = Files.newInputStream(settings("org.apache.karaf.management"))) {
                management.load(in); // Pax Exam chooses its own port
            }
            String port = management.getProperty("rmiRegistryPort").trim();
            jmx = JMXConnectorFactory.connect(
                    new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:" + port + "/karaf-root"),
                    Map.of(JMXConnector.CREDENTIALS, new String[] {USER, PASSWORD}));
        }
        return jmx.getMBeanServerConnection();
    }

    void addRepository(String url) throws IOException, JMException {
        feature("addRepository", url);
    }

    void installFeature(String name) throws IOException, JMException {
        feature("installFeature", name);
    }

    void uninstallFeature(String name) throws IOException, JMException {
        feature("uninstallFeature", name);
    }

    private void feature(String operation, String name) throws IOException, JMException {
        mbeans().invoke(
                        new ObjectName("org.apache.karaf:type=feature,name=root"),
                        operation,
                        new Object[] {name},
                        new String[] {String.class.getName()});
    }

    /** The state of the bundle with that symbolic name, or empty when there is none. */
    String bundleState(String symbolicName) throws IOException, JMException {
        return bundle(symbolicName, "State");
    }

    /** The version of the bundle with that symbolic name, or empty when there is none. */
    String bundleVersion(String symbolicName) throws IOException, JMException {
        return bundle(symbolicName, "Version");
    }

    /** The number of the bundle with that symbolic name, or empty when there is none. */
    String bundleId(String symbolicName) throws IOException, JMException {
        return bundle(symbolicName, "ID");
    }

    private String bundle(String symbolicName, String attribute) throws IOException, JMException {
        for (CompositeData bundle : bundles()) {
            if (symbolicName.equals(bundle.get("Symbolic Name"))) {
                return String.valueOf(bundle.get(attribute));
            }
        }
        return "";
    }

    /** The states of all bundles of this house, by symbolic name. */
    Map<String, String> bundlesOfOurs() throws IOException, JMException {
        Map<String, String> states = new TreeMap<>();
        for (CompositeData bundle : bundles()) {
            String name = String.valueOf(bundle.get("Symbolic Name"));
            if (name.startsWith("io.sommelier.")) {
                states.put(name, String.valueOf(bundle.get("State")));
            }
        }
        return states;
    }

    private List<CompositeData> bundles() throws IOException, JMException {
        TabularData bundles = (TabularData)
                mbeans().getAttribute(new ObjectName("org.apache.karaf:type=bundle,name=root"), "Bundles");
        return bundles.values().stream().map(CompositeData.class::cast).toList();
    }

    void stopBundle(String symbolicName) throws IOException, JMException {
        bundle(symbolicName, "stop", "");
    }

    void startBundle(String symbolicName) throws IOException, JMException {
        bundle(symbolicName, "start", "");
    }

    /** Puts another jar in the place of a bundle, as {@code bundle:update} does. */
    void updateBundle(String symbolicName, Path jar) throws IOException, JMException {
        bundle(symbolicName, "update", jar.toUri().toString());
    }

    /** Resolves a bundle and all that use its packages anew, as {@code bundle:refresh} does; they stop and start again. */
    void refreshBundle(String symbolicName) throws IOException, JMException {
        bundle(symbolicName, "refresh", "");
    }

    /** How many threads there are of each name that begins so; {@code #} stands for digits. */
    Map<String, Integer> threads(String prefix) throws IOException {
        Map<String, Integer> counts = new TreeMap<>();
        ThreadMXBean threads = ManagementFactory.newPlatformMXBeanProxy(
                mbeans(), ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class);
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null && thread.getThreadName().startsWith(prefix)) {
                counts.merge(thread.getThreadName().replaceAll("\\d+", "#"), 1, Integer::sum);
            }
        }
        return counts;
    }

    private void bundle(String symbolicName, String operation, String argument) throws IOException, JMException {
        boolean hasArgument = !argument.isEmpty();
        String[] arguments =
                hasArgument ? new String[] {bundleId(symbolicName), argument} : new String[] {bundleId(symbolicName)};
        String[] types = new String[arguments.length];
        Arrays.fill(types, String.class.getName());
        mbeans().invoke(new ObjectName("org.apache.karaf:type=bundle,name=root"), operation, arguments, types);
    }

    // ---- SSH ----

    /** Runs a line in the shell; gives what it prints. */
    String shell(String line) throws IOException {
        return ssh.run(line);
    }
}
