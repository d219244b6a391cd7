// Reads documents as others do: with poppler's tools and zbar's, which know nothing of ours.
#ifndef WICI_SERVICES_REGISTRATION_DOCUMENTS_PAPER_H_
#define WICI_SERVICES_REGISTRATION_DOCUMENTS_PAPER_H_

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "libs/base/log.h"
#include "libs/testing/temp_dir.h"

namespace wici::registration {

// A file on paper, as it were.
class Paper {
 public:
  explicit Paper(const std::string& content) {
    std::ofstream file(Path(), std::ios::binary);
    file << content;
  }
  // What somebody reads on all pages, with the lines of one page after those of another.
  std::string Text() const {
    std::string text = Run("pdftotext -raw " + Path() + " -");
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
  }
  // Every word with the box around it, as XHTML: xMin="..." and so on in points.
  std::string Boxes() const { return Run("pdftotext -bbox " + Path() + " -"); }
  // A line for each font; the column "emb" says whether it is embedded.
  std::string Fonts() const { return Run("pdffonts " + Path()); }
  std::string Info() const { return Run("pdfinfo " + Path()); }
  // What a scanner reads from the QR codes of the first page, one a line.
  std::vector<std::string> Codes() const {
    Run("pdftoppm -gray -r 150 -l 1 " + Path() + " " + directory_.File("page"));
    std::stringstream lines(Run("zbarimg --nodbus --quiet --raw " + directory_.File("page*.pgm")));
    std::vector<std::string> codes;
    for (std::string line; std::getline(lines, line);) codes.push_back(line);
    return codes;
  }
  // A member of a ZIP file.
  std::string Member(const std::string& name) const {
    return Run(
        "/usr/bin/python3 -c \"import sys, zipfile; "
        "sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))\" " +
        Path() + " " + name);
  }

 private:
  std::string Path() const { return directory_.File("file"); }
  // What a command writes; one that fails ends the test.
  static std::string Run(const std::string& command) {
    std::FILE* pipe = ::popen(command.c_str(), "r");
    WICI_CHECK(pipe != nullptr);
    std::string output;
    std::array<char, 4096> piece;
    for (std::size_t size; (size = std::fread(piece.data(), 1, piece.size(), pipe)) > 0;) {
      output.append(piece.data(), size);
    }
    WICI_CHECK(::pclose(pipe) == 0);
    return output;
  }

  testing::TempDir directory_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_DOCUMENTS_PAPER_H_
