import java.io.BufferedInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.logging.LogManager;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.Rule;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;
import org.verapdf.pdfa.validation.profiles.Variable;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Asks veraPDF about every PDF of a folder, all in one process.
 *
 * <p>Prints a line a file and profile: name, profile, number of assertions, then each broken rule with how often and
 * its words, all separated by tabs. Whoever reads the lines judges: the exit code only says whether all were asked.
 *
 * <p>The profiles are read here: veraPDF's own reader needs JAXB, which Java has not had since version 11.
 */
public final class Conformity {
    private static final Map<String, String> PROFILES = new TreeMap<>(Map.of("ua1", "PDFUA-1", "3a", "PDFA-3A"));

    private Conformity() {
    }

    /** Takes the folder as its only argument. */
    public static void main(String[] arguments) throws Exception {
        LogManager.getLogManager().reset();
        VeraGreenfieldFoundryProvider.initialise();
        List<Path> files;
        try (Stream<Path> found = Files.list(Path.of(arguments[0]))) {
            files = found.filter(each -> each.toString().endsWith(".pdf")).sorted().collect(Collectors.toList());
        }
        for (Map.Entry<String, String> one : PROFILES.entrySet()) {
            PDFAFlavour flavour = PDFAFlavour.byFlavourId(one.getKey());
            ValidationProfile profile = profile(flavour, one.getValue());
            for (Path file : files) {
                System.out.println(String.join("\t", judged(file, one.getKey(), flavour, profile)));
            }
        }
    }

    private static ValidationProfile profile(PDFAFlavour flavour, String name) throws Exception {
        Element root;
        String path = "org/verapdf/pdfa/validation/" + name + ".xml";
        try (InputStream stream = Conformity.class.getClassLoader().getResourceAsStream(path)) {
            root = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(stream).getDocumentElement();
        }
        Set<Rule> rules = new HashSet<>();
        for (Element one : inside(root, "rule")) {
            rules.add(rule(one));
        }
        Set<Variable> variables = new HashSet<>();
        for (Element one : inside(root, "variable")) {
            variables.add(Profiles.variableFromValues(one.getAttribute("name"), one.getAttribute("object"),
                    text(one, "defaultValue"), text(one, "value")));
        }
        if (rules.isEmpty()) {
            throw new IllegalStateException("no rule in " + path);
        }
        return Profiles.profileFromValues(flavour, Profiles.profileDetailsFromValues(name, "", "", new Date(0)), "",
                rules, variables);
    }

    private static Rule rule(Element one) {
        Element id = inside(one, "id").get(0);
        PDFAFlavour.Specification standard = PDFAFlavour.Specification.valueOf(id.getAttribute("specification"));
        int test = Integer.parseInt(id.getAttribute("testNumber"));
        Boolean isDeferred = one.hasAttribute("deferred") ? Boolean.valueOf(one.getAttribute("deferred")) : null;
        return Profiles.ruleFromValues(Profiles.ruleIdFromValues(standard, id.getAttribute("clause"), test),
                one.getAttribute("object"), isDeferred, one.getAttribute("tags"), text(one, "description"),
                text(one, "test"), Profiles.errorFromValues(text(one, "message"), List.of()), List.of());
    }

    private static List<Element> inside(Element holder, String name) {
        NodeList found = holder.getElementsByTagName(name);
        List<Element> elements = new ArrayList<>();
        for (int at = 0; at < found.getLength(); at++) {
            elements.add((Element) found.item(at));
        }
        return elements;
    }

    private static String text(Element holder, String name) {
        return inside(holder, name).get(0).getTextContent();
    }

    private static List<String> judged(Path file, String code, PDFAFlavour flavour, ValidationProfile profile)
            throws Exception {
        try (InputStream stream = new BufferedInputStream(Files.newInputStream(file));
                PDFAParser parser = Foundries.defaultInstance().createParser(stream, flavour)) {
            PDFAValidator validator = Foundries.defaultInstance().createValidator(profile, false);
            ValidationResult result = validator.validate(parser);
            List<String> line = new ArrayList<>();
            line.addAll(List.of(file.getFileName().toString(), code, String.valueOf(result.getTotalAssertions())));
            broken(result).forEach((rule, times) -> line.add(times + " x " + rule));
            if (!result.isCompliant() && line.size() == 3) {
                line.add("not compliant, without a broken rule");
            }
            return line;
        }
    }

    private static Map<String, Integer> broken(ValidationResult result) {
        Map<String, Integer> found = new TreeMap<>();
        for (TestAssertion one : result.getTestAssertions()) {
            if (one.getStatus() == TestAssertion.Status.FAILED) {
                String rule = one.getRuleId().getClause() + "-" + one.getRuleId().getTestNumber();
                found.merge(rule + " " + one.getMessage().replaceAll("\\s+", " "), 1, Integer::sum);
            }
        }
        return found;
    }
}
