// app/koala/mixture_templates.h: published mixtures beside what a project has, as a table and as
// JSON; where to get a missing source comes from datasets/sources.
#pragma once

#include <cstdio>

#include "core/base/json.h"
#include "core/data/mix/templates.h"
#include "core/store/project.h"

namespace koala {

Result<TemplateMatch> matchProject(const Project& project, const MixtureTemplate& wanted);
void printTemplate(std::FILE* out, const MixtureTemplate& wanted, const TemplateMatch& match);
OrderedJson toJson(const MixtureTemplate& wanted, const TemplateMatch* match);

} // namespace koala
