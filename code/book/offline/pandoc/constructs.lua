-- First pass: what is numbered gets its number, and constructs of the book become markup of the format at hand.

local context = require("context")
local now, KINDS, NBSP = context.now, context.KINDS, context.NBSP
local problem, weave, kind = context.problem, context.weave, context.kind
local anchor, register, count = context.anchor, context.register, context.count

local CALLOUTS = { note = "Note", tip = "Tip", warning = "Warning", important = "Important", caution = "Caution" }
local KNOWN = { -- classes and, with a sign, attributes
  Div = "content-visible content-hidden panel-tabset column-page column-margin callout-note callout-tip "
    .. "callout-warning callout-important callout-caution layout-ncol= when-format= unless-format= "
    .. "title= collapse= appearance=",
  Span = "log smallcaps underline mark unnumbered content-visible content-hidden when-format= unless-format=",
  Header = "unnumbered",
  Image = "fig-alt= alt= width=",
  Table = "",
}
-- What Quarto numbers beyond KINDS, by the prefixes of its labels.
local LABELS = " thm lem cor prp cnj def exm exr rem sol lst nte tip wrn imp cau "
local TAB = '<button type="button" role="tab" id="%s" aria-controls="%s-panel" aria-selected="%s"%s>'
local PANEL = '<div role="tabpanel" tabindex="0" id="%s-panel" aria-labelledby="%s"%s>'

local constructs

local function callout(div, name)
  local title, collapse = pandoc.Inlines(div.attributes.title or CALLOUTS[name]), div.attributes.collapse
  if div.content[1] and div.content[1].t == "Header" then title = div.content:remove(1).content end
  local body = div.content:walk(constructs)
  if not now.html then
    return weave("#callout(icon_color: colors." .. name .. ", title: [", title, "], body: [", body, "])")
  end
  local tag, head = "aside", 'div class="callout-title"'
  if collapse then tag, head = "details", "summary" end
  local open = ('<%s class="callout %s"%s><%s>'):format(tag, name, collapse == "false" and " open" or "", head)
  body = pandoc.Blocks({ pandoc.Div(body, { class = "callout-body" }) })
  return weave(open, pandoc.Inlines({ pandoc.Span(title) }), "</" .. head:match("%a+") .. ">", body, "</" .. tag .. ">")
end

local function tabset(div)
  local level, bar, panels = div.content[1] and div.content[1].level, pandoc.List(), pandoc.List()
  if not level then problem("panel-tabset", "a tabset starts with the heading of its first tab", "^:+.*") end
  now.tabsets = now.tabsets + 1
  for _, block in ipairs(div.content) do
    if block.t ~= "Header" or block.level ~= level then
      panels:insert(pandoc.Blocks({ block }):walk(constructs))
    elseif now.html then
      local first, id = #bar == 0, "tab-" .. now.tabsets .. "-" .. #bar // 3 + 1
      bar:extend({ TAB:format(id, id, first, first and "" or ' tabindex="-1"'), block.content, "</button>" })
      panels:insert((first and "" or "</div>") .. PANEL:format(id, id, first and "" or " hidden"))
    else
      panels:insert(pandoc.Blocks({ pandoc.Para({ pandoc.Strong(block.content) }) }))
    end
  end
  if not now.html then return weave(table.unpack(panels)) end
  local parts = pandoc.List({ '<div class="tabset"><div role="tablist">' }) .. bar .. { "</div>" } .. panels
  return weave(table.unpack(parts .. { "</div></div>" }))
end

local function grid(columns, blocks)
  if not columns then return blocks end
  if now.html then
    return weave(('<div class="layout" style="--columns: %s">'):format(columns), { pandoc.Div(blocks) }, "</div>")
  end
  local parts = pandoc.List({ "#layout(" .. columns .. ")(" })
  for _, block in ipairs(blocks) do parts:extend({ "[", { block }, "]," }) end
  return weave(table.unpack(parts .. { ")" }))
end

-- A labelled figure or table: a Div whose last paragraph is the caption. One inside another gets a letter.
local function float(div)
  local id, name, outer, last = div.identifier, kind(div.identifier), now.chapter.float, div.content:remove()
  local caption, head = pandoc.Inlines({}), nil
  if last and last.t == "Table" then
    caption, last.caption = pandoc.utils.blocks_to_inlines(last.caption.long), {}
    div.content:insert(last)
  elseif last and #div.content > 0 and (last.t == "Para" or last.t == "Plain") then
    caption = last.content
  else
    problem("#" .. id, "no caption for " .. id)
  end
  if outer then
    outer.parts = outer.parts + 1
    head = "(" .. string.char(96 + outer.parts) .. ")"
    register(id, outer.number, KINDS[name] .. NBSP .. outer.number .. " " .. head)
  else
    now.chapter.float = { number = count(id), parts = 0 }
    -- Typst writes it itself, as in its lists.
    head = now.html and KINDS[name] .. NBSP .. now.chapter.float.number .. ":"
  end
  local blocks = grid(div.attributes["layout-ncol"], div.content:walk(constructs))
  now.chapter.float = outer
  caption = (head and pandoc.Inlines({ head, pandoc.Space() }) or pandoc.Inlines({})) .. caption:walk(constructs)
  local result
  if now.html then
    local parts = pandoc.List({ blocks, "<figcaption>", caption, "</figcaption>" })
    if name == "tbl" then parts:insert(parts:remove(1)) end
    local class = table.concat({ "float", name, table.unpack(div.classes) }, " ")
    result = weave(('<figure id="%s" class="%s">'):format(id, class), table.unpack(parts .. { "</figure>" }))
  else
    local open = outer and "#panel([" or '#float("' .. name .. '", ['
    result = weave(open, caption, "])[", blocks, "] <" .. id .. ">")
  end
  return outer and pandoc.Div(result) or result, false
end

-- Refuse what is unknown of an element; then its content, if it is there for some formats only.
local function checked(el)
  local before = el.t == "Div" and "^%s*:::.*" or "{.*"
  local function known(name, what)
    if not (" " .. KNOWN[el.t] .. " "):find(" " .. name .. " ", 1, true) then
      problem(name:gsub("=$", ""), what .. name:gsub("=$", ""), before)
    end
  end
  for _, class in ipairs(el.classes) do known(class, "unknown class .") end
  for name in pairs(el.attributes) do known(name .. "=", "unknown attribute ") end
  local prefix = el.t == "Div" and el.identifier:match("^(%l+)%-")
  if prefix and LABELS:find(" " .. prefix .. " ", 1, true) then
    problem("#" .. el.identifier, "unknown kind of label " .. el.identifier)
  end
  local when, unless = el.attributes["when-format"], el.attributes["unless-format"]
  for _, name in pairs({ when, unless }) do
    if name ~= "html" and name ~= "typst" then problem(name, "unknown format " .. name, "-format=.*") end
  end
  if not when and not unless then return nil end
  local shown = (not when or when == now.format) and unless ~= now.format
  return shown == el.classes:includes("content-visible") and el.content:walk(constructs) or {}, false
end

local function raw(el)
  if el.format ~= "html" and el.format ~= "typst" then
    problem(el.text:match("%S[^\n]*"), el.format .. " reaches neither the pages nor the PDF: " .. el.text)
  end
end

constructs = {
  traverse = "topdown",
  Div = function(div)
    local replaced, name = checked(div), (div.classes[1] or ""):match("^callout%-(.+)$")
    if replaced then return replaced, false end
    if CALLOUTS[name or ""] then return callout(div, name), false end
    if div.classes:includes("panel-tabset") then return tabset(div), false end
    if kind(div.identifier) == "fig" or kind(div.identifier) == "tbl" then return float(div) end
    local columns = div.attributes["layout-ncol"]
    if columns then return grid(columns, div.content:walk(constructs)), false end
    if not now.html and div.classes:includes("column-margin") then
      return weave("#aside[", div.content:walk(constructs), "]"), false
    end
  end,
  Span = checked,
  Image = checked,
  Header = function(header)
    checked(header)
    local number, title = nil, pandoc.utils.stringify(header)
    if not header.classes:includes("unnumbered") and (header.level == 1 or now.chapter.number) then
      local levels = now.book.levels
      levels[header.level] = (levels[header.level] or 0) + 1
      for level = header.level + 1, 6 do levels[level] = nil end
      number = table.concat(levels, ".", 1, header.level)
    end
    local text = number and (header.level == 1 and "Chapter" or "Section") .. NBSP .. number
    register(header.identifier, number or title, text or title)
    if header.level == 1 then
      now.chapter.number, now.chapter.title, now.chapter.id = number, header.content:clone(), header.identifier
    end
    if now.html and number then
      header.content:insert(1, pandoc.RawInline("html", '<span class="number">' .. number .. "</span> "))
    end
    header.identifier = anchor(header.identifier, now.chapter)
    return header
  end,
  Figure = function(figure)
    local caption = pandoc.Para(pandoc.utils.blocks_to_inlines(figure.caption.long))
    if kind(figure.identifier) == "fig" then return float(pandoc.Div(figure.content .. { caption }, figure.attr)) end
  end,
  Table = function(tbl)
    checked(tbl)
    local id = tbl.identifier
    tbl.identifier = ""
    if kind(id) == "tbl" then return float(pandoc.Div({ tbl }, { id = id })) end
  end,
  CodeBlock = function(code)
    code.attributes["code-fold"] = nil -- addresses Quarto
    for name in pairs(code.attributes) do problem(name, "unknown attribute " .. name, "^%s*```.*") end
    return code
  end,
  Str = function(str)
    if str.text:match("^{#%l+%-") then problem(str.text, "this labels nothing: " .. str.text) end
  end,
  RawInline = raw,
  RawBlock = raw,
  Para = function(para)
    local line = para.content
    for i, math in ipairs(line) do
      local mark = line[i + 1] and line[i + 1].t == "Space" and i + 2 or i + 1
      local id = math.t == "Math" and line[mark] and line[mark].t == "Str" and line[mark].text:match("^{#(eq%-.+)}$")
      if id then
        local number = count(id)
        local open = "#math.equation(block: true, numbering: equation-numbering, [ "
        local close = " ]) <" .. id .. ">"
        if now.html then
          open = '<span id="' .. id .. '" class="equation">'
          close = '<span class="number">(' .. number .. ")</span></span>"
        end
        line:remove(mark)
        line[i + 1] = pandoc.RawInline(now.format, close)
        line:insert(i, pandoc.RawInline(now.format, open))
        return para
      end
    end
  end,
}
constructs.Plain = constructs.Para

return constructs
